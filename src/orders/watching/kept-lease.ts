import { acquireLease, type Lease, releaseLease, renewLease } from "../../db/queries/leases.ts";
import type { OrderDeps } from "../order-deps.ts";

/** Short, because after a crash no code is seen before another replica gets the lease. */
const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
/** A watcher that has not taken a step for so long hangs: another replica should watch. */
const STUCK_MS = 45_000;

/** A lease that is renewed in the background, so that it does not depend on how long a step takes. */
export interface KeptLease {
  readonly lease: Lease;
  /** False: another replica may have it by now. Counted from before the database was asked, so never too long. */
  isHeld(): boolean;
  /** The work that it covers goes on. */
  use(): void;
  /** Lets another process take it at once. */
  release(): Promise<void>;
}

/** Takes the lease and keeps it until it is released or lost. Undefined: another process holds it. */
export async function keepLease(
  { db, clock, logger }: Pick<OrderDeps, "db" | "clock" | "logger">,
  name: string,
  holder: string,
): Promise<KeptLease | undefined> {
  const over = new AbortController();
  let usedAtMs = clock.steadyMs();
  let askedAtMs = usedAtMs;
  const lease = await acquireLease(db, name, holder, LEASE_MS);
  if (!lease) return undefined;
  const kept = lease;
  const isHeld = (): boolean => !over.signal.aborted && clock.steadyMs() < askedAtMs + LEASE_MS;

  async function renew(): Promise<void> {
    const nowMs = clock.steadyMs();
    if (nowMs >= usedAtMs + STUCK_MS) return over.abort();
    try {
      if (!(await renewLease(db, kept, LEASE_MS))) return over.abort();
      askedAtMs = nowMs;
    } catch (error) {
      logger.warn({ lease: name, err: error }, "a lease could not be renewed");
    }
  }

  async function keep(): Promise<void> {
    while (isHeld()) {
      await clock.sleep(RENEW_MS, over.signal);
      // The demo's seconds may be shorter than the database's.
      if (!over.signal.aborted && clock.steadyMs() >= askedAtMs + RENEW_MS / 2) await renew();
    }
    over.abort();
  }
  void keep();

  return {
    lease,
    isHeld,
    use() {
      usedAtMs = clock.steadyMs();
    },
    async release() {
      over.abort();
      await releaseLease(db, lease);
    },
  };
}
