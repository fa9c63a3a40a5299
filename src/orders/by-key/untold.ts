import { addMs } from "../../core/clock.ts";
import { idFrom } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { adoptUntold, selectUntold, setTold } from "../../db/queries/api-orders.ts";
import { claimUnclaimedSms, insertUnclaimedSms } from "../../db/queries/order-sms.ts";
import { lockOrder, type OrderRow } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { ObservedSms } from "../../providers/port/provider.ts";
import { bookLossOfReleased } from "../book-loss.ts";
import type { OrderDeps } from "../order-deps.ts";
import { stateOf, transition } from "../transition.ts";

/** A rented number that nobody asked for in so long goes back. */
const KEPT_MS = 45_000;
const BATCH = 100;

/** True for an order by a key whose number nobody knows. */
export function isUntold(order: Pick<OrderRow, "channel" | "toldAt">): boolean {
  return order.channel === "api" && order.toldAt === null;
}

/**
 * An SMS to a number that nobody was told. While a request still waits for the number, the SMS is kept until the answer
 * has left. Afterwards it was meant for somebody else: the buyer gets the money back, and what the number cost is the
 * shop's loss. Nobody pays for an SMS that they could not read.
 */
export async function keepOrRelease(
  tx: Tx,
  order: OrderRow,
  sms: readonly ObservedSms[],
  context: {
    readonly at: Date;
    readonly digestOf: (sms: ObservedSms) => string;
    readonly events?: OrderDeps["events"];
  },
): Promise<OrderRow> {
  const { at } = context;
  const isWaitedFor = order.waitUntil !== null && order.waitUntil > at;
  if (!isWaitedFor) {
    const released = await releaseUntold(tx, order, at);
    if (released) context.events?.telling("untold_lost");
    return released ?? order;
  }
  const { provider, phone } = order;
  if (provider === null || phone === null) return order;
  for (const one of sms) {
    const id = idFrom(`${order.id}:${context.digestOf(one)}`);
    await insertUnclaimedSms(tx, { id, provider, phone, code: one.code, text: one.text, receivedAt: at });
  }
  return order;
}

async function releaseUntold(tx: Tx, order: OrderRow, at: Date): Promise<OrderRow | undefined> {
  const from = stateOf(order);
  if (from !== "waiting" && from !== "cancelling") return undefined;
  const to = from === "waiting" ? ("expired" as const) : ("cancelled" as const);
  const cause = "sms to a number that nobody was told";
  const row = await transition(tx, { orderId: order.id, from, to, cause, actor: "system", at });
  if (row) await bookLossOfReleased(tx, row, "SMS to a number that nobody was told", at);
  return row;
}

/**
 * The answer with the number was handed to the client's connection, or the client has asked about it: SMS that came
 * meanwhile are the buyer's now. Later calls change nothing.
 */
export async function markTold(
  deps: OrderDeps,
  orderId: string,
  record: (tx: Tx, order: OrderRow, sms: readonly ObservedSms[], at: Date) => Promise<unknown>,
): Promise<void> {
  const isNew = await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    if (!(await lockOrder(tx, orderId))) return false;
    const order = await setTold(tx, orderId, at);
    if (!order) return false;
    if (order.provider !== null && order.phone !== null && order.state === "waiting") {
      const kept = await claimUnclaimedSms(tx, order.provider, order.phone, order.rentedAt ?? order.placedAt);
      if (kept.length > 0) await record(tx, order, kept, at);
    }
    return true;
  });
  deps.checkpoint("key/told");
  if (isNew) deps.events?.telling("told");
}

/** Takes over an order that an equal request of this key left behind. Undefined: there is none. */
export async function adopt(
  deps: Pick<OrderDeps, "db" | "clock" | "checkpoint" | "events">,
  wanted: Omit<Parameters<typeof adoptUntold>[1], "now">,
): Promise<string | undefined> {
  const orderId = await adoptUntold(deps.db, { ...wanted, now: deps.clock.now() });
  deps.checkpoint("key/adopted");
  if (orderId !== undefined) deps.events?.telling("adopted");
  return orderId;
}

/**
 * Gives back the numbers that nobody was told about, nobody waits for and no equal request has asked for in 45 seconds.
 * One that has an SMS by then is released at once.
 */
export async function endUntold(deps: OrderDeps): Promise<void> {
  const now = deps.clock.now();
  const left = await selectUntold(deps.db, now, BATCH);
  for (const order of left) {
    const isDue = [order.waitUntil, order.rentedAt].every((at) => at !== null && addMs(at, KEPT_MS) <= now);
    const outcome = await inTransaction(deps.db, (tx) => endOne(deps, tx, order.id, isDue));
    deps.checkpoint("key/untold-ended");
    if (outcome) deps.events?.telling(outcome);
  }
}

async function endOne(
  deps: OrderDeps,
  tx: Tx,
  orderId: string,
  isDue: boolean,
): Promise<"untold_cancelled" | "untold_lost" | undefined> {
  const order = await lockOrder(tx, orderId);
  const at = deps.clock.now();
  // A request may have taken it over, or told the number, since it was selected.
  const isLeft = order?.state === "waiting" && isUntold(order) && (order.waitUntil ?? at) <= at;
  if (!order || !isLeft || order.provider === null || order.phone === null) return undefined;
  const kept = await claimUnclaimedSms(tx, order.provider, order.phone, order.rentedAt ?? order.placedAt);
  if (kept.length > 0) return (await releaseUntold(tx, order, at)) ? "untold_lost" : undefined;
  // Where the provider takes no number back, it runs out by itself.
  if (!isDue || !deps.providers.get(order.provider)?.capabilities.cancel) return undefined;
  const row = await transition(tx, {
    orderId,
    from: "waiting",
    to: "cancelling",
    cause: "nobody was told the number",
    actor: "system",
    at,
    change: { cancelRequestedAt: at },
  });
  return row && "untold_cancelled";
}
