export type DeepLink =
  | { readonly kind: "buy"; readonly serviceId: string; readonly countryId: string }
  | { readonly kind: "topup" };

const BUY = /^buy_([A-Za-z0-9-]{1,12})_([A-Za-z0-9-]{1,12})$/;

/**
 * Reads the payload of `t.me/<bot>?start=…`: `buy_wa_gb` or `topup`. Telegram allows no "~" there, so ids of things
 * that only one provider knows are written with "-" in its place. Undefined for anything else.
 */
export function parseDeepLink(payload: string): DeepLink | undefined {
  if (payload === "topup") return { kind: "topup" };
  const match = BUY.exec(payload);
  const [service, country] = [match?.[1], match?.[2]];
  if (service === undefined || country === undefined) return undefined;
  const countryId = country.length === 2 ? country.toUpperCase() : country.replace(/^-/, "~");
  return { kind: "buy", serviceId: service.toLowerCase().replace(/^-/, "~"), countryId };
}
