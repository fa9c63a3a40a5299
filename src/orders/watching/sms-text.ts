import { insertSmsText, selectSms } from "../../db/queries/order-sms.ts";
import { lockOrder, touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { isEnded, orderStates } from "../state.ts";
import { oweCard, stateOf } from "../transition.ts";
import type { Entry } from "./book.ts";
import type { Session } from "./session.ts";

/** After a provider that does not answer. */
const RETRY_MS = 60_000;

/**
 * Asks for the text of an order's last SMS, whose code its buyer has already, and shows it in the card. Nobody waits for it:
 * a text that the provider does not have, or does not tell soon, is asked for no more.
 */
export async function askText(
  deps: OrderDeps,
  provider: Provider,
  session: Session,
  entry: Entry,
): Promise<"asked" | "spent"> {
  const sms = (await selectSms(deps.db, [entry.id])).at(-1);
  if (!sms || sms.code === null || sms.text !== null) {
    entry.lacksText = false;
    return "asked";
  }
  try {
    const text = await provider.text(entry.upstreamId, sms.code, { priority: "background" });
    entry.lacksText = false;
    if (text === null) return "asked";
    await storeText(deps, entry.id, sms.id, text);
    await session.refresh(entry.id);
    return "asked";
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (!error.wasAsked) return "spent";
    entry.looks += 1;
    entry.lacksText = entry.looks < 2;
    entry.notBeforeMs = deps.clock.now().getTime() + RETRY_MS;
    return "asked";
  }
}

async function storeText(deps: OrderDeps, orderId: string, smsId: string, text: string): Promise<void> {
  const at = deps.clock.now();
  await inTransaction(deps.db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!order || !(await insertSmsText(tx, smsId, text))) return;
    const row = await touchOrder(tx, { orderId, from: orderStates, change: {}, isNews: true });
    if (row && !isEnded(stateOf(row))) await oweCard(tx, row, at);
  });
  deps.onMessages();
}
