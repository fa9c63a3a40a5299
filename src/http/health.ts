import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

const CHECK_TIMEOUT_MS = 3_000;
/** Who asked within this time is a balancer that goes by the answers. */
const ASKED_LATELY_MS = 5_000;
/** Two of a balancer's checks, a second apart, and a margin. */
const NOTICE_MS = 3_000;

/** One thing that the shop cannot work without. */
export interface HealthCheck {
  readonly name: string;
  /** Resolves to null when all is well, else to a short reason (no address, no secret). A rejection counts as a failure. */
  readonly run: () => Promise<string | null>;
  /** How long a good result is reused; 0: check each time. */
  readonly goodForMs: number;
  /** How long a bad result is reused, so that probes do not overload something that is already down. */
  readonly badForMs: number;
}

interface ReadinessReport {
  readonly ready: boolean;
  /** "ok" or the reason, by check. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface Readiness {
  check(): Promise<ReadinessReport>;
  /**
   * From now on the shop is not ready, because it stops. Resolves when whoever asks regularly has had time to hear that
   * and to send requests elsewhere; at once if nobody asked lately.
   */
  close(): Promise<void>;
}

interface Known {
  readonly reason: string | null;
  readonly until: number;
}

/** Runs all checks in parallel and remembers each result for a while. Requests that come meanwhile share a running check. */
export function createReadiness(deps: {
  readonly checks: readonly HealthCheck[];
  readonly clock: Clock;
  readonly logger: Logger;
}): Readiness {
  const { checks, clock, logger } = deps;
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<string | null>>();
  let askedAt: number | undefined;
  let isClosed = false;

  async function reasonOf(check: HealthCheck): Promise<string | null> {
    const remembered = known.get(check.name);
    if (remembered && clock.now().getTime() < remembered.until) return remembered.reason;
    const running = underWay.get(check.name) ?? ask(check);
    underWay.set(check.name, running);
    return running;
  }

  async function ask(check: HealthCheck): Promise<string | null> {
    const reason = await outcomeOf(check);
    const forMs = reason === null ? check.goodForMs : check.badForMs;
    known.set(check.name, { reason, until: clock.now().getTime() + forMs });
    underWay.delete(check.name);
    return reason;
  }

  async function outcomeOf(check: HealthCheck): Promise<string | null> {
    const timer = new AbortController();
    const timedOut = clock.sleep(CHECK_TIMEOUT_MS, timer.signal).then(() => "no answer in time");
    const answered = check.run().catch((error: unknown) => {
      logger.warn({ check: check.name, error }, "health check failed");
      return "does not answer";
    });
    const reason = await Promise.race([answered, timedOut]);
    timer.abort();
    return reason;
  }

  return {
    async check() {
      askedAt = clock.now().getTime();
      if (isClosed) return { ready: false, checks: { shop: "stops" } };
      const reasons = await Promise.all(checks.map(reasonOf));
      const entries = checks.map((check, index) => [check.name, reasons[index] ?? "ok"] as const);
      return { ready: reasons.every((reason) => reason === null), checks: Object.fromEntries(entries) };
    },
    async close() {
      isClosed = true;
      if (askedAt === undefined || clock.now().getTime() - askedAt > ASKED_LATELY_MS) return;
      await clock.sleep(NOTICE_MS);
    },
  };
}

export interface ShopCheckDeps {
  /** Rejects when the database does not take writes: one that answers reads only cannot sell anything. */
  readonly writeToDatabase: () => Promise<void>;
  /** Telegram's getMe; rejects when it does not answer. */
  readonly askTelegram: () => Promise<unknown>;
  /** The circuits of the configured providers, as far as they are known. */
  readonly providerStates: () => Promise<
    readonly { readonly state: "closed" | "open"; readonly failures: number }[]
  >;
}

/** The shop is ready when its database takes writes, Telegram answers and there is a provider to sell from. */
export function shopChecks(deps: ShopCheckDeps): HealthCheck[] {
  return [
    {
      name: "database",
      goodForMs: 0,
      badForMs: 0,
      async run() {
        await deps.writeToDatabase();
        return null;
      },
    },
    {
      name: "telegram",
      goodForMs: 60_000,
      badForMs: 5_000,
      async run() {
        await deps.askTelegram();
        return null;
      },
    },
    {
      name: "providers",
      goodForMs: 0,
      badForMs: 0,
      async run() {
        const states = await deps.providerStates();
        // A closed circuit with failures has not answered lately either.
        const answers = states.some((provider) => provider.state === "closed" && provider.failures === 0);
        return answers ? null : "none answers";
      },
    },
  ];
}
