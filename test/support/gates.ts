import { expect } from "vitest";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import type { Priority } from "../../src/providers/port/provider.ts";
import { createDatabaseGate } from "../../src/providers/transport/database-gate.ts";
import { createTestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";

export type Gated = ReturnType<typeof openGates>;

/** A provider's budget as several replicas see it. */
export function openGates(database: Database, requestsPerSecond: number, replicas = 1) {
  let statements = 0;
  const clock = createTestClock();
  const start = clock.now().getTime();
  const provider = newId();
  const db = database.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const gates = Array.from({ length: replicas }, () =>
    createDatabaseGate({ db, provider, requestsPerSecond, clock, logger: createTestLogger() }),
  );
  const sentAt: { priority: Priority; ms: number }[] = [];
  const refused: { priority: Priority; error: unknown }[] = [];
  let open = 0;
  function ask(priority: Priority, replica = 0): Promise<void> {
    open += 1;
    const turn = gates[replica]?.acquire(priority) ?? Promise.reject(new Error("no such replica"));
    return turn
      .then(() => void sentAt.push({ priority, ms: clock.now().getTime() - start }))
      .catch((error: unknown) => void refused.push({ priority, error }))
      .finally(() => {
        open -= 1;
      });
  }
  /** Every request that is open has been answered by the database and sleeps until its turn. */
  const rest = () => expect.poll(() => open - clock.sleeping(), { interval: 1, timeout: 15_000 }).toBe(0);
  return {
    clock,
    gate: gates[0],
    gates,
    statements: () => statements,
    ask,
    sentAt,
    refused,
    rest,
    isBusy: () => open > 0,
  };
}

/** Moves time until nobody waits, and only when nothing else is under way. */
export async function run({ clock, rest, isBusy }: Gated, stepMs = 50): Promise<void> {
  for (let i = 0; i < 2000 && isBusy(); i += 1) {
    await rest();
    await clock.advance(stepMs);
  }
  expect(isBusy()).toBe(false);
}
