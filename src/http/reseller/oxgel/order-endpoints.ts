import type { z } from "zod";
import { plainUsd } from "../../../core/money.ts";
import type { ApiOrderRow } from "../../../reseller/reseller.ts";
import { codeWord } from "../../../reseller/words.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { refuse } from "./refusals.ts";
import { cancelAnswer, okAnswer, orderQuery, statusAnswer } from "./schemas.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** As /numbers/buy and the other dialect name an order. */
const NUMBER = /^(?:ORD-)?(\d{1,9})$/i;

/** Another buyer's order reads as one that does not exist. */
async function orderOf({ reseller, key }: Call, id: string): Promise<ApiOrderRow | undefined> {
  if (UUID.test(id)) return await reseller.order(key, id);
  const number = NUMBER.exec(id)?.[1];
  return number === undefined ? undefined : await reseller.order(key, Number(number));
}

type Status = z.infer<typeof statusAnswer>["status"];

function statusOf(state: string): Status {
  switch (state) {
    case "received":
    case "finished":
    case "expired":
      return state;
    case "cancelled":
    case "failed":
      return "cancelled";
    default:
      return "waiting";
  }
}

const status = endpoint({
  method: "GET",
  path: "/numbers/status",
  summary: "Whether a code has arrived; ask every 3 to 5 seconds",
  query: orderQuery,
  answer: statusAnswer,
  refusals: ["bad_request", "order_not_found"],
  bucket: "status",
  async handle(call, { id }) {
    const order = await orderOf(call, id);
    if (!order) return refuse("order_not_found");
    const word = statusOf(order.state);
    // While another SMS is awaited, the code that came before would be taken for the new one.
    const code = word === "waiting" || !order.sms ? null : codeWord(order.sms);
    return { value: { status: word, sms_code: code, phone: order.phone ?? "" } };
  },
});

const cancel = endpoint({
  method: "POST",
  path: "/numbers/cancel",
  summary: "Gives the number back before a code has come; suppliers allow it after some minutes",
  query: orderQuery,
  answer: cancelAnswer,
  refusals: ["bad_request", "order_not_found", "too_early", "order_not_active", "too_many_cancels"],
  async handle(call, { id }) {
    const order = await orderOf(call, id);
    if (!order) return refuse("order_not_found");
    switch (await call.reseller.cancel(order)) {
      case "cancelled":
        return { value: { ok: true as const, refunded: Number(plainUsd(order.priceMicros)) } };
      case "too_early":
        return refuse("too_early");
      case "too_many":
        return refuse("too_many_cancels");
      case "not_active":
        return refuse("order_not_active");
    }
  },
});

const finish = endpoint({
  method: "POST",
  path: "/numbers/finish",
  summary: "Ends an order whose code was used",
  query: orderQuery,
  answer: okAnswer,
  refusals: ["bad_request", "order_not_found", "no_code", "order_not_active"],
  async handle(call, { id }) {
    const order = await orderOf(call, id);
    if (!order) return refuse("order_not_found");
    if ((await call.reseller.finish(order)) === "done") return { value: { ok: true as const } };
    return refuse(order.sms ? "order_not_active" : "no_code");
  },
});

const another = endpoint({
  method: "POST",
  path: "/numbers/another",
  summary: "Waits for another SMS to the same number",
  query: orderQuery,
  answer: okAnswer,
  refusals: ["bad_request", "order_not_found", "another_not_supported"],
  async handle(call, { id }) {
    const order = await orderOf(call, id);
    if (!order) return refuse("order_not_found");
    if ((await call.reseller.another(order)) === "done") return { value: { ok: true as const } };
    return refuse("another_not_supported");
  },
});

/** What is asked and done about an order that exists. */
export const orderEndpoints: readonly Endpoint[] = [status, cancel, finish, another];
