import type { OrderDeps } from "../order-deps.ts";
import { place } from "./place.ts";

/** The orders that this process is placing. */
export interface Placer {
  /** Places the order; one that is being placed is not begun again. Never rejects: the sweep takes up what failed. */
  place(orderId: string): Promise<void>;
  isPlacing(orderId: string): boolean;
  /** Resolves when no order is being placed. */
  drain(): Promise<void>;
}

export function createPlacer(deps: OrderDeps): Placer {
  const jobs = new Map<string, Promise<void>>();

  async function run(orderId: string): Promise<void> {
    try {
      await place(deps, orderId);
    } catch (error) {
      deps.logger.error({ orderId, err: error }, "placing failed; the sweep takes it up");
    } finally {
      jobs.delete(orderId);
    }
  }

  return {
    place(orderId) {
      const job = jobs.get(orderId) ?? run(orderId);
      jobs.set(orderId, job);
      return job;
    },
    isPlacing: (orderId) => jobs.has(orderId),
    async drain() {
      await Promise.all(jobs.values());
    },
  };
}
