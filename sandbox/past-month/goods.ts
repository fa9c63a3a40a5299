import type { PretendProvider } from "../providers/server.ts";
import type { Random } from "../soak/random.ts";

/** What was sold in the pretend past, how often, and how well it delivered. Shares need not add up to one. */
export const services = [
  { id: "wa", name: /whatsapp/i, share: 34, delivery: 0 },
  { id: "tg", name: /telegram/i, share: 26, delivery: -0.07 },
  { id: "go", name: /google/i, share: 14, delivery: 0.02 },
  { id: "ig", name: /instagram/i, share: 12, delivery: -0.04 },
  { id: "lf", name: /tiktok/i, share: 8, delivery: -0.05 },
  { id: "dr", name: /openai/i, share: 6, delivery: -0.1 },
] as const;

export const countries = [
  { id: "GB", phoneCode: "44", share: 30, delivery: 0.9, seconds: 14 },
  { id: "US", phoneCode: "1", share: 24, delivery: 0.85, seconds: 19 },
  { id: "IN", phoneCode: "91", share: 16, delivery: 0.78, seconds: 24 },
  { id: "ID", phoneCode: "62", share: 14, delivery: 0.63, seconds: 27 },
  { id: "PL", phoneCode: "48", share: 16, delivery: 0.94, seconds: 11 },
] as const;

/** `keepsUnused`: the money of a number without an SMS is gone. `cancels`: its numbers can be given back. */
export const suppliers = [
  { name: "oxgel", share: 52, quality: 1, slowness: 1, keepsUnused: false, lifetimeMinutes: 20 },
  { name: "smsbower", share: 20, quality: 0.94, slowness: 1.1, keepsUnused: false, lifetimeMinutes: 20 },
  { name: "fivesim", share: 14, quality: 0.97, slowness: 0.9, keepsUnused: false, lifetimeMinutes: 15 },
  { name: "tempcode77", share: 6, quality: 0.7, slowness: 1.8, keepsUnused: false, lifetimeMinutes: 20 },
  { name: "otpbuddy", share: 5, quality: 0.9, slowness: 1, keepsUnused: false, lifetimeMinutes: 20 },
  { name: "gateway", share: 3, quality: 0.85, slowness: 1.2, keepsUnused: true, lifetimeMinutes: 20 },
] as const;

export type Service = (typeof services)[number];
export type Country = (typeof countries)[number];
export type Supplier = (typeof suppliers)[number];

/** One of them, by its share. */
export function byShare<T extends { readonly share: number }>(random: Random, items: readonly T[]): T {
  let left = random.next() * items.reduce((sum, { share }) => sum + share, 0);
  for (const item of items) {
    left -= item.share;
    if (left < 0) return item;
  }
  return random.pick(items);
}

/** What a product is called at a supplier, and what it costs there now. */
export interface Ware {
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly costMicros: bigint;
}

export type Shelf = (supplier: string, serviceId: string, countryId: string) => Ware | undefined;

/** The goods of the pretend suppliers by our own names for them. */
export function shelfOf(providers: ReadonlyMap<string, PretendProvider>): Shelf {
  return (supplier, serviceId, countryId) => {
    const market = providers.get(supplier)?.market;
    const name = services.find(({ id }) => id === serviceId)?.name;
    const country = market?.countries.find(({ iso2 }) => iso2 === countryId);
    const sold = market?.services.filter((each) => each.code === "any" || name?.test(each.name));
    const offer = market?.offers.find(
      ({ serviceCode, countryCode }) =>
        countryCode === country?.code && sold?.some(({ code }) => code === serviceCode),
    );
    return offer && { ...offer };
  };
}
