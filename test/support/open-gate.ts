import type { RequestGate } from "../../src/providers/transport/gate.ts";

/** A request budget that never ends. */
export function createOpenGate(penalise: RequestGate["penalise"] = async () => undefined): RequestGate {
  return {
    acquire: async () => undefined,
    reserve: async (_priority, count) => ({ count, nextInMs: 0, requestsPerSecond: 100 }),
    penalise,
  };
}
