import { addMs, type Clock } from "../../core/clock.ts";
import { isQuiet, type QuietHours } from "../../core/quiet-hours.ts";
import type { Database, Tx } from "../../db/client.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import * as queries from "../../db/queries/trade-alerts.ts";
import { inTransaction } from "../../db/transaction.ts";
import { type AlertLevels, findTroubles, type Trouble, type TroubleDeps } from "./troubles.ts";

/** When owners are told of trade, as it is set now. */
export interface AlertSettings extends AlertLevels {
  /** Null: alerts wait at no time. */
  readonly quietHours: QuietHours | null;
  /** The shop's zone. */
  readonly zone: string;
}

export interface TradeAlertDeps extends TroubleDeps {
  readonly alerts: AlertSettings;
  readonly db: Database;
  readonly clock: Clock;
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}

/** The same trouble that ends and begins again within this is not told again. */
const SAME_TROUBLE_MS = 6 * 60 * 60 * 1000;

/**
 * Looks for troubles of trade and tells owners of each once; of money that runs out again when half of what was told is
 * left. In the quiet hours only what cannot wait is told, the rest when they end, if it is still so. Two replicas that look
 * at the same moment tell once.
 */
export async function tellTroubles(deps: TradeAlertDeps): Promise<void> {
  const { db, clock } = deps;
  const at = clock.now();
  const [troubles, open] = await Promise.all([findTroubles(deps, at), queries.selectOpenAlerts(db)]);
  const quiet = isQuiet(deps.alerts.quietHours, deps.alerts.zone, at);
  for (const trouble of troubles) {
    const known = open.find(({ kind, subject }) => kind === trouble.kind && subject === trouble.subject);
    await inTransaction(db, (tx) => tell(deps, tx, { trouble, known, quiet, at }));
  }
  await queries.closeAlerts(db, at);
  deps.onMessages();
}

interface Telling {
  readonly trouble: Trouble;
  readonly known: queries.TradeAlert | undefined;
  readonly quiet: boolean;
  readonly at: Date;
}

async function tell(deps: TradeAlertDeps, tx: Tx, { trouble, known, quiet, at }: Telling): Promise<void> {
  const { kind, subject, params, level } = trouble;
  const id = known?.id ?? (await queries.insertAlert(tx, trouble, at));
  if (id === undefined) return;
  if (known) await queries.markAlertSeen(tx, id, params, at);
  const isHalved =
    known?.toldAt != null && level !== null && known.toldLevel !== null && level * 2n <= known.toldLevel;
  const isNew = known?.toldAt == null && !(await wasToldLately(tx, trouble, at));
  const isHeldBack = quiet && !trouble.isUrgent;
  if (!(isHalved || isNew) || isHeldBack) return;
  await queries.markAlertTold(tx, id, level, at);
  const message = { kind: "operator_notice" as const, notice: kind, params };
  const key = `trade:${kind}:${subject}:${id}:${level ?? ""}`;
  await enqueueToAll(tx, deps.ownerIds, { message, subject: key, at });
}

async function wasToldLately(tx: Tx, { kind, subject, isUrgent }: Trouble, at: Date): Promise<boolean> {
  if (isUrgent) return false;
  const last = await queries.selectLastTold(tx, kind, subject);
  return last !== undefined && last > addMs(at, -SAME_TROUBLE_MS);
}
