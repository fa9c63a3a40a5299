import type { DueCall } from "../../db/queries/webhooks.ts";
import type { NumberedCountries } from "../countries.ts";
import { codeWord } from "../words.ts";

/**
 * What a call says: of an SMS in the words that SMSBower's webhooks use, of an order's end with its state instead. Made when it
 * is sent, so that what was purged meanwhile is not told. Undefined: there is nothing to tell any more.
 */
export function webhookBody(call: DueCall, countries: NumberedCountries, now: Date): string | undefined {
  if (call.kind === "test")
    return JSON.stringify({
      activationId: 0,
      service: "test",
      text: "Test call",
      code: "000000",
      country: 0,
      receivedAt: stampOf(now),
    });
  const { number, serviceId, countryId, state, closedAt, receivedAt } = call;
  if (number === null || serviceId === null || countryId === null) return undefined;
  const order = { activationId: number, service: serviceId };
  const country = countries.codesOf(countryId)[0] ?? null;
  if (call.kind === "closed")
    return JSON.stringify({ ...order, country, status: state, closedAt: stampOf(closedAt ?? now) });
  const code = codeWord(call);
  if (code === null || receivedAt === null) return undefined;
  return JSON.stringify({
    ...order,
    text: call.text ?? "",
    code,
    country,
    receivedAt: stampOf(receivedAt),
  });
}

/** "2026-11-21 14:00:00", UTC. */
function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}
