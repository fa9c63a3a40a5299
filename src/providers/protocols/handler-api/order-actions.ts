import { garbage, unsupported } from "../../parsing/answers.ts";
import { cancelOutcomeOf } from "../../parsing/refusals.ts";
import type { CallOptions, Provider, PurchaseRequest, Rental } from "../../port/provider.ts";
import { ceilingIn } from "../../transport/urls.ts";
import type { Client } from "./client.ts";
import { createLastWord } from "./last-word.ts";
import { observationOf, rentalFromData, rentalFromToken, smsInRefusal } from "./read-orders.ts";
import type { Refusal, Reply } from "./reply.ts";
import { createSmsTexts } from "./sms-texts.ts";

/** The methods of the port that buy a number and manage its order. */
export function ordersOf(
  client: Client,
): Pick<Provider, "buy" | "check" | "text" | "cancel" | "another" | "finish"> {
  const { name, dialect, send, fail } = client;
  const lastWord = createLastWord(client);

  const check: Provider["check"] = async (upstreamId, options) => {
    const reply = await send("check", "getStatus", { id: upstreamId }, options);
    if (reply.kind === "refused") throw fail("check", reply.refusal);
    const observation = reply.kind === "token" ? observationOf(reply.token) : undefined;
    if (!observation) throw garbage(name, "check", "not a status");
    return await lastWord.after(upstreamId, observation, options);
  };

  /** Sends setStatus. Resolves with the refusal, or with undefined if the answer is one of the expected words. */
  const setStatus = async (
    operation: string,
    parameters: { id: string; status: string },
    words: readonly string[],
    options: CallOptions,
  ): Promise<Refusal | undefined> => {
    const reply = await send(operation, "setStatus", parameters, options);
    if (reply.kind === "refused") return reply.refusal;
    const isYes = reply.kind === "nothing" || (reply.kind === "token" && words.includes(reply.token.name));
    if (!isYes) throw garbage(name, operation, "not an answer to setStatus");
    return undefined;
  };

  return {
    check,
    text: createSmsTexts(client),
    buy: (request, options) => buy(client, request, options),
    async cancel(id, options) {
      const parameters = { id, status: dialect.cancelStatus };
      const refusal = await setStatus("cancel", parameters, ["ACCESS_CANCEL", "STATUS_CANCEL"], options);
      if (!refusal) return { kind: "cancelled" };
      const outcome = cancelOutcomeOf(refusal.meaning, smsInRefusal(refusal.info));
      if (outcome) return outcome;
      if (!isAboutState(refusal)) throw fail("cancel", refusal);
      // The refusal is ambiguous, so the order's state decides.
      const now = await check(id, options);
      if (now.sms.length === 0 && now.status === "cancelled") return { kind: "cancelled" };
      return now.sms.length > 0 ? { kind: "has_sms", sms: now.sms } : { kind: "refused" };
    },
    async another(id, options) {
      const words = ["ACCESS_RETRY_GET", "ACCESS_READY"];
      const refusal = await setStatus("another", { id, status: "3" }, words, options);
      if (refusal && !isAboutState(refusal)) throw fail("another", refusal);
      return { kind: refusal ? "refused" : "requested" };
    },
    async finish(id, options) {
      const words = ["ACCESS_ACTIVATION", "ACCESS_CANCEL"];
      const refusal = await setStatus("finish", { id, status: "6" }, words, options);
      // An order that has already ended needs no finish.
      if (refusal && !isAboutState(refusal)) throw fail("finish", refusal);
    },
  };
}

/** True for a refusal because of the order's state. */
function isAboutState({ meaning, isVague }: Refusal): boolean {
  return !isVague && (meaning === "unknown_order" || meaning === "unsupported" || meaning === "refused");
}

async function buy(client: Client, request: PurchaseRequest, options: CallOptions): Promise<Rental> {
  const { name, dialect, settings } = client;
  if (request.serviceCode === null) throw unsupported(name, "a number without a service");
  const parameters = {
    service: request.serviceCode,
    country: request.countryCode,
    maxPrice: ceilingIn(request.ceilingMicros, settings.usdRate),
    [dialect.operatorParameter]: request.operator ?? undefined,
  };
  const reply = await client.send("buy", dialect.buyAction, parameters, options);
  if (reply.kind === "refused") {
    const isVague = reply.refusal.name === "BAD_ACTION" && dialect.isBadActionVague;
    throw isVague ? garbage(name, "buy", "BAD_ACTION") : client.fail("buy", reply.refusal);
  }
  const rental = rentalIn(client, reply);
  if (!rental) throw garbage(name, "buy", "not a complete number");
  return rental;
}

function rentalIn({ currency, settings }: Client, reply: Reply): Rental | undefined {
  if (reply.kind === "token") return rentalFromToken(reply.token);
  if (reply.kind !== "data") return undefined;
  return rentalFromData(reply.value, currency, settings.currency.toUpperCase() === "USD");
}
