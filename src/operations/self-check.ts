import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { closeFindings, type Finding, upsertFinding } from "../db/queries/findings.ts";
import { inboxBacklog } from "../db/queries/inbox.ts";
import { selectLedgerDifferences } from "../db/queries/ledger.ts";
import { enqueueToAll, outboxBacklog } from "../db/queries/outbox.ts";
import { selectDatabaseTime } from "../db/queries/server.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Provider } from "../providers/port/provider.ts";
import { ProviderError } from "../providers/port/provider-error.ts";
import { compareBalance } from "./provider-balance.ts";
import { compareOpenOrders } from "./provider-orders.ts";
import { findUnwatchedOrders } from "./unwatched-orders.ts";

export interface SelfCheckDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** The clock of this machine, even where the shop goes by the database's. */
  readonly machineClock: Clock;
  readonly logger: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly operatorChatIds: readonly number[];
  readonly onMessages: () => void;
  /** How much money the ledger's differences are about, after each comparison; 0 is right. */
  readonly onLedgerChecked?: (differenceMicros: bigint, at: Date) => void;
}

/** What one look found; `findings` is undefined when it was not possible to look. */
export interface CheckResult {
  readonly kind: string;
  readonly findings: readonly Finding[] | undefined;
}

const STUCK_MS = 5 * 60 * 1000;
const MAX_SKEW_MS = 5_000;

/** What looking takes; telling takes the rest of {@link SelfCheckDeps}. */
export type LookDeps = Pick<
  SelfCheckDeps,
  "db" | "clock" | "machineClock" | "logger" | "providers" | "onLedgerChecked"
>;

/** One thing to look at. */
export interface Look {
  readonly kind: string;
  run(): Promise<CheckResult>;
}

/**
 * Compares what must be equal: the ledger with itself, our orders and books with the providers, the clock with the
 * database's. A difference is kept as a finding, told to operators once and exported as a metric; nothing is
 * repaired, because money that moves by itself hides the fault that moved it.
 */
export async function selfCheck(deps: SelfCheckDeps): Promise<readonly CheckResult[]> {
  const at = deps.clock.now();
  const results: CheckResult[] = [];
  for (const look of looks(deps)) results.push(await look.run());
  await keep(deps, results, at);
  return results;
}

/** Everything that the self-check looks at, in order. Running a look stores nothing. */
export function looks(deps: LookDeps): readonly Look[] {
  const ofProvider = (provider: Provider): Look[] => [
    guarded(deps, provider, "provider_orders", () => compareOpenOrders(deps, provider)),
    guarded(deps, provider, "provider_balance", () => compareBalance(deps, provider)),
  ];
  return [
    { kind: "ledger", run: () => checkLedger(deps) },
    { kind: "stuck", run: () => checkQueues(deps) },
    { kind: "clock", run: () => checkClock(deps) },
    { kind: "unwatched_orders", run: () => checkUnwatched(deps) },
    ...[...deps.providers.values()].flatMap(ofProvider),
  ];
}

async function checkLedger(deps: LookDeps): Promise<CheckResult> {
  const differences = await selectLedgerDifferences(deps.db);
  const sum = differences.reduce((total, { amountMicros }) => total + amountMicros, 0n);
  deps.onLedgerChecked?.(sum, deps.clock.now());
  const findings = differences.map(({ check, subject, detail }) => ({
    kind: "ledger",
    subject: `${check} ${subject}`,
    detail,
  }));
  return { kind: "ledger", findings };
}

async function checkQueues(deps: LookDeps): Promise<CheckResult> {
  const now = deps.clock.now().getTime();
  const queues = { updates: await inboxBacklog(deps.db), messages: await outboxBacklog(deps.db) };
  const findings = Object.entries(queues).flatMap(([subject, { open, oldestAt }]) => {
    const waitedMs = oldestAt ? now - oldestAt.getTime() : 0;
    if (waitedMs < STUCK_MS) return [];
    return [
      { kind: "stuck", subject, detail: `${open} waiting, the oldest for ${Math.round(waitedMs / 1000)} s` },
    ];
  });
  return { kind: "stuck", findings };
}

async function checkClock(deps: LookDeps): Promise<CheckResult> {
  const { db, machineClock } = deps;
  const before = machineClock.now().getTime();
  const database = (await selectDatabaseTime(db)).getTime();
  const skewMs = Math.abs((before + machineClock.now().getTime()) / 2 - database);
  const detail = `${Math.round(skewMs)} ms from the database's clock`;
  return {
    kind: "clock",
    findings: skewMs > MAX_SKEW_MS ? [{ kind: "clock", subject: "this host", detail }] : [],
  };
}

async function checkUnwatched(deps: LookDeps): Promise<CheckResult> {
  const findings = await findUnwatchedOrders(deps.db, [...deps.providers.keys()]);
  return { kind: "unwatched_orders", findings };
}

/** A provider that does not answer is no difference: its circuit deals with that. */
function guarded(
  deps: LookDeps,
  provider: Provider,
  kind: string,
  look: () => Promise<readonly Finding[] | undefined>,
): Look {
  const ownKind = `${kind}:${provider.name}`;
  return {
    kind: ownKind,
    async run() {
      try {
        const findings = await look();
        return { kind: ownKind, findings: findings?.map((finding) => ({ ...finding, kind: ownKind })) };
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        deps.logger.warn(
          { provider: provider.name, kind: error.kind },
          "self-check: provider does not answer",
        );
        return { kind: ownKind, findings: undefined };
      }
    },
  };
}

async function keep(deps: SelfCheckDeps, results: readonly CheckResult[], at: Date): Promise<void> {
  for (const { findings } of results) {
    for (const finding of findings ?? []) {
      deps.logger.error(
        { kind: finding.kind, subject: finding.subject, detail: finding.detail },
        "self-check: difference",
      );
      await inTransaction(deps.db, async (tx) => {
        if (!(await upsertFinding(tx, finding, at))) return;
        const message = { kind: "operator_notice" as const, notice: "finding", params: { ...finding } };
        const subject = `finding:${finding.kind}:${finding.subject}:${at.getTime()}`;
        await enqueueToAll(tx, deps.operatorChatIds, { message, subject, at });
      });
    }
  }
  const looked = results.filter((result) => result.findings !== undefined).map((result) => result.kind);
  await closeFindings(deps.db, looked, at);
  deps.onMessages();
}
