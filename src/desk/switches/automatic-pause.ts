import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { Database, Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import { selectProviderHealth } from "../../db/queries/provider-health.ts";
import {
  closeRunOutPause,
  endPause,
  insertPause,
  isPaused,
  selectLastPauseBy,
  selectPauses,
  selectSwitches,
} from "../../db/queries/switches.ts";
import { inTransaction } from "../../db/transaction.ts";

export interface AutomaticPauseDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: readonly string[];
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}

const SYSTEM = "system";
/** Shorter outages are over before anybody would have read of a pause. */
const OUT_MS = 10 * 60 * 1000;
const REASON = "no provider answers";

/**
 * Pauses sales when no provider has been able to sell for ten minutes, and ends that pause when one is back. An owner who
 * resumes meanwhile is believed until the next outage. Any replica may run it at any time.
 */
export async function pauseByItself(deps: AutomaticPauseDeps): Promise<void> {
  const { db, clock, providers } = deps;
  if (providers.length === 0) return;
  const now = clock.now();
  const outSince = await allOutSince(deps, now);
  if (outSince === undefined) return await resume(deps, now);
  if (now.getTime() - outSince.getTime() < OUT_MS || (await isPaused(db, "sales", now))) return;
  const last = await selectLastPauseBy(db, "sales", SYSTEM);
  const wasEnded = last !== undefined && last.offAt >= outSince && last.onBy !== SYSTEM;
  if (wasEnded) return;
  await inTransaction(db, async (tx) => {
    await closeRunOutPause(tx, "sales", now);
    const id = newId();
    const row = {
      id,
      kind: "sales" as const,
      reason: REASON,
      words: {},
      offAt: now,
      offBy: SYSTEM,
      until: null,
    };
    // Another replica, or an operator, was faster.
    if (!(await insertPause(tx, row))) return;
    await note(deps, tx, { id, isPaused: true, at: now });
  });
  deps.onMessages();
}

/** When the last provider that could sell stopped; undefined: one can, or operators switched all of them off. */
async function allOutSince({ db, providers }: AutomaticPauseDeps, now: Date): Promise<Date | undefined> {
  const [health, switches] = await Promise.all([
    selectProviderHealth(db, providers),
    selectSwitches(db, now),
  ]);
  const out = health.filter(({ state }) => state === "open");
  const since = providers.map((provider) => {
    const off = switches.find(
      (row) => row.provider === provider && row.serviceId === null && row.countryId === null,
    );
    return off?.offAt ?? out.find((row) => row.provider === provider)?.openedAt ?? null;
  });
  const known = since.filter((at) => at !== null);
  if (known.length < providers.length || out.length === 0) return undefined;
  return new Date(Math.max(...known.map((at) => at.getTime())));
}

async function resume(deps: AutomaticPauseDeps, now: Date): Promise<void> {
  const isOurs = (await selectPauses(deps.db, now)).some(
    ({ kind, offBy }) => kind === "sales" && offBy === SYSTEM,
  );
  if (!isOurs) return;
  await inTransaction(deps.db, async (tx) => {
    const row = await endPause(tx, "sales", { actor: SYSTEM, at: now, onlyBy: SYSTEM });
    if (row) await note(deps, tx, { id: row.id, isPaused: false, at: now });
  });
  deps.onMessages();
}

async function note(
  { ownerIds }: AutomaticPauseDeps,
  tx: Tx,
  { id, isPaused: isNowPaused, at }: { id: string; isPaused: boolean; at: Date },
): Promise<void> {
  await writeAudit(tx, {
    actor: SYSTEM,
    action: isNowPaused ? "sales paused" : "sales resumed",
    subjectKind: "switch",
    subject: "sales",
    before: { isPaused: !isNowPaused },
    after: { isPaused: isNowPaused },
    reason: isNowPaused ? REASON : null,
    at,
  });
  const notice = isNowPaused ? "paused" : "resumed";
  const params = { what: "Sales", who: "the shop itself", why: REASON };
  const message = { kind: "operator_notice" as const, notice, params };
  await enqueueToAll(tx, ownerIds, { message, subject: `${notice}:${id}`, at });
}
