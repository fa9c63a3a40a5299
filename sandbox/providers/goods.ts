import { randomUUID } from "node:crypto";
import type { Protocol } from "../../src/providers/port/provider.ts";
import type { MarketOptions } from "./market.ts";
import type { MarketCountry, MarketOffer, MarketService } from "./market-types.ts";

/** The settings that differ between pretend suppliers: codes, ids, and when they charge. */
export type Goods = Omit<MarketOptions, "clock">;

/** [code, name, iso2, phone code], as OxgelAPI and the handler_api suppliers number them. */
const numberedCountries: readonly MarketCountry[] = [
  { code: "16", name: "United Kingdom", iso2: "GB", phoneCode: "44" },
  { code: "187", name: "USA", iso2: "US", phoneCode: "1" },
  { code: "22", name: "India", iso2: "IN", phoneCode: "91" },
  { code: "6", name: "Indonesia", iso2: "ID", phoneCode: "62" },
  { code: "15", name: "Poland", iso2: "PL", phoneCode: "48" },
];
const slugCountries = numberedCountries.map((country) => ({
  ...country,
  // Their own slugs, not ISO: the documentation shows "uk".
  code: country.iso2 === "GB" ? "uk" : country.iso2.toLowerCase(),
}));
/** Countries with slugs as codes; that of the United Kingdom is "england". */
const namedCountries = numberedCountries.map((country) => ({
  ...country,
  ...(country.iso2 === "GB" && { name: "England" }),
  code: country.iso2 === "GB" ? "england" : country.name.toLowerCase(),
}));
const serialCountries = numberedCountries.map((country, index) => ({ ...country, code: String(index + 1) }));
const india = numberedCountries
  .filter((country) => country.iso2 === "IN")
  .map((row) => ({ ...row, code: "in" }));

const shortServices = (tiktok: string, openai: string): MarketService[] => [
  { code: "wa", name: "WhatsApp" },
  { code: "tg", name: "Telegram" },
  { code: "go", name: "Google / YouTube / Gmail" },
  { code: "ig", name: "Instagram" },
  { code: tiktok, name: "TikTok" },
  { code: openai, name: "OpenAI / ChatGPT" },
];
const slugServices: readonly MarketService[] = [
  { code: "whatsapp", name: "WhatsApp" },
  { code: "telegram", name: "Telegram" },
  { code: "google", name: "Google" },
  { code: "instagram", name: "Instagram" },
  { code: "tiktok", name: "TikTok" },
  { code: "openai", name: "OpenAI" },
];

/** Each pair of service and country, at prices that differ between all of them; `startMicros` sets the level. */
function everyPair(
  services: readonly MarketService[],
  countries: readonly MarketCountry[],
  startMicros: bigint,
): MarketOffer[] {
  return services.flatMap((service, row) =>
    countries.map((country, column) => ({
      serviceCode: service.code,
      countryCode: country.code,
      operator: null,
      costMicros: startMicros + BigInt(row) * 50_000n + BigInt(column) * 10_000n,
      stock: 100 + row * 10 + column,
    })),
  );
}

function goods(
  services: readonly MarketService[],
  countries: readonly MarketCountry[],
  startMicros: bigint,
): Goods {
  return { services, countries, offers: everyPair(services, countries, startMicros) };
}

const goodsByProtocol: Readonly<Record<Protocol, Goods>> = {
  oxgel: { ...goods(shortServices("tk", "oi"), numberedCountries, 180_000n), makeId: () => randomUUID() },
  // Ids beyond 2^31, as real suppliers have.
  "handler-api": {
    ...goods(shortServices("lf", "dr"), numberedCountries, 160_000n),
    makeId: (serial) => String(3_936_040_000 + serial),
  },
  tempcode77: {
    ...goods(slugServices, slugCountries, 200_000n),
    chargedAt: "sms",
    cancelAfterMs: 0,
    cancelAfterSms: true,
  },
  otpbuddy: {
    ...goods(slugServices, india, 150_000n),
    makeId: (serial) => `63dca4f0${serial.toString(16).padStart(16, "0")}`,
  },
  "push-gateway": goods([{ code: "any", name: "Any service" }], serialCountries, 120_000n),
  fivesim: {
    ...goods(slugServices, namedCountries, 140_000n),
    cancelAfterMs: 0,
    lifetimeMs: 900_000,
    makeId: (serial) => String(741_000_000 + serial),
  },
};

/** The default goods of each protocol's pretend supplier. */
export function goodsOf(protocol: Protocol): Goods {
  return goodsByProtocol[protocol];
}
