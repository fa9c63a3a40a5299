import type { ReferralJobs } from "../buyers/referrals.ts";
import type { StockAlertJobs } from "../catalog/alerts/stock-alerts.ts";
import type { CatalogJobs } from "../catalog/create-catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { FEED_EVERY_MS, type feedBroadcasts } from "../desk/broadcast/feed.ts";
import type { DeskServices } from "../desk/desk.ts";
import type { TradeJobs } from "../desk/trade-jobs.ts";
import type { OrderJobs } from "../orders/create-orders.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import type { Topups } from "../topups/topups.ts";
import { createLoop, type Loop, type StepResult } from "../workers/loop.ts";
import { SETTINGS_REFRESH_MS } from "./live-settings.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export interface JobDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providerNames: readonly string[];
  readonly orders: Pick<OrderJobs, "watch" | "reconcile" | "sweep" | "buyPaid" | "endUntold">;
  readonly catalog: CatalogJobs;
  readonly stockAlerts: StockAlertJobs;
  readonly topups: Pick<Topups, "gateways"> & Pick<TopupJobs, "sweepStars" | "resumeRefunds" | "pollCrypto">;
  /** Null: referral is off. */
  readonly referral: Pick<ReferralJobs, "settle"> | null;
  /** Owes the daily digests of the resellers' API. Null: the API is off. */
  readonly sendDigests: (() => Promise<boolean>) | null;
  readonly desk: {
    readonly figures: Pick<DeskServices["figures"], "keepDay">;
    readonly dailyReport: Pick<DeskServices["dailyReport"], "sendDue">;
  };
  /** Takes over what was set at the desk, by whichever process. */
  readonly refreshSettings: () => Promise<unknown>;
  readonly trade: TradeJobs;
  /** Takes a step with the broadcasts under way. */
  readonly feedBroadcasts: () => ReturnType<typeof feedBroadcasts>;
  /** Tells operators once of what waits for them. */
  readonly remindOperators: () => Promise<unknown>;
  readonly selfCheck: () => Promise<unknown>;
}

export interface Jobs {
  readonly loops: readonly Loop[];
  /** An order of this provider is due now. */
  wakeWatcher(provider: string): void;
  /** Money came in, perhaps for a purchase. */
  wakeBuyer(): void;
}

const pauseAfter = {
  more: "again",
  under_way: { pauseMs: FEED_EVERY_MS.underWay },
  none: "idle",
} as const satisfies Record<string, StepResult>;

/** Everything that runs on a schedule, and how often. Each loop is bounded, backs off after errors and stops cleanly. */
export function createJobs(deps: JobDeps): Jobs {
  const { orders, catalog, topups, referral, desk, providerNames } = deps;
  const every = (name: string, everyMs: number, run: (signal: AbortSignal) => Promise<unknown>): Loop =>
    createLoop({
      name,
      everyMs,
      run: async (signal) => idle(await run(signal)),
      clock: deps.clock,
      logger: deps.logger,
    });

  const watchers = new Map(
    providerNames.map((name) => [
      name,
      createLoop({
        name: `watch ${name}`,
        everyMs: 250,
        run: async (signal) => ({ pauseMs: await orders.watch(name, signal) }),
        clock: deps.clock,
        logger: deps.logger,
      }),
    ]),
  );
  const buyPaid = createLoop({
    name: "buy what is paid",
    everyMs: SECOND_MS,
    run: async () => ((await orders.buyPaid()) > 0 ? "again" : "idle"),
    clock: deps.clock,
    logger: deps.logger,
  });
  const loops = [
    ...watchers.values(),
    buyPaid,
    // One loop per provider, so that a provider that hangs delays only its own orders.
    ...providerNames.map((name) => every(`reconcile ${name}`, 10 * SECOND_MS, () => orders.reconcile(name))),
    every("refresh settings", SETTINGS_REFRESH_MS, deps.refreshSettings),
    every("sweep orders", 5 * SECOND_MS, () => orders.sweep()),
    every("end untold orders", 5 * SECOND_MS, () => orders.endUntold()),
    every("refresh prices", 5 * SECOND_MS, () => catalog.refreshLookedAt()),
    every("stock alerts", MINUTE_MS, () => deps.stockAlerts.tell()),
    every("refresh lists", 6 * HOUR_MS, () => catalog.syncLists()),
    every("sweep Stars", MINUTE_MS, () => topups.sweepStars()),
    every("resume refunds", MINUTE_MS, () => topups.resumeRefunds()),
    every("pauses", 5 * SECOND_MS, () => deps.trade.watchPauses()),
    every("trade alerts", MINUTE_MS, () => deps.trade.tellTroubles()),
    every("remind operators", MINUTE_MS, deps.remindOperators),
    every("daily report", MINUTE_MS, () => desk.dailyReport.sendDue()),
    createLoop({
      name: "keep figures",
      everyMs: 10 * MINUTE_MS,
      run: async () => ((await desk.figures.keepDay()) ? "again" : "idle"),
      clock: deps.clock,
      logger: deps.logger,
    }),
    createLoop({
      name: "broadcasts",
      everyMs: FEED_EVERY_MS.none,
      run: async () => pauseAfter[await deps.feedBroadcasts()],
      clock: deps.clock,
      logger: deps.logger,
    }),
    every("self-check", 10 * MINUTE_MS, deps.selfCheck),
  ];
  if (topups.gateways.includes("crypto-pay")) {
    loops.push(every("poll Crypto Pay", 10 * SECOND_MS, () => topups.pollCrypto()));
  }
  const { sendDigests } = deps;
  if (sendDigests) {
    loops.push(
      createLoop({
        name: "API digests",
        everyMs: 10 * MINUTE_MS,
        run: async () => ((await sendDigests()) ? "again" : "idle"),
        clock: deps.clock,
        logger: deps.logger,
      }),
    );
  }
  if (referral) loops.push(every("settle referral", MINUTE_MS, () => referral.settle()));
  return { loops, wakeWatcher: (provider) => watchers.get(provider)?.wake(), wakeBuyer: buyPaid.wake };
}

function idle(_result: unknown): StepResult {
  return "idle";
}
