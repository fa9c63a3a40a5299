import type { Product } from "./context.ts";

const LINK = /^b(?:uy)?_([A-Za-z0-9-]{1,12})_([A-Za-z0-9-]{1,12})$/;

/**
 * The product of `t.me/<bot>?start=b_wa_GB` and of the message `/b_wa_GB`; `buy_` stands for `b_`. Telegram allows no "~"
 * there, so ids of things that only one provider knows are written with "-" in its place. Undefined for anything else.
 */
export function parseProductLink(payload: string): Product | undefined {
  const match = LINK.exec(payload);
  const [service, country] = [match?.[1], match?.[2]];
  if (service === undefined || country === undefined) return undefined;
  const countryId = country.length === 2 ? country.toUpperCase() : country.replace(/^-/, "~");
  return { serviceId: service.toLowerCase().replace(/^-/, "~"), countryId };
}

/** The inverse of {@link parseProductLink}; undefined for the few ids that cannot be written there. */
export function productLink(product: Product): string | undefined {
  const link = `b_${product.serviceId.replace(/^~/, "-")}_${product.countryId.replace(/^~/, "-")}`;
  const read = parseProductLink(link);
  const isSame = read?.serviceId === product.serviceId && read.countryId === product.countryId;
  return isSame ? link : undefined;
}
