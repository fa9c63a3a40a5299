import { z } from "zod";
import { toMicrosAtRate } from "../../core/money.ts";
import { type Protocol, protocols } from "../../providers/port/provider.ts";
import type { PriceTable, ProviderSettings } from "../../providers/port/settings.ts";
import type { Preset } from "../../providers/presets.ts";
import { anyUrl, MAX_USD_MICROS, positiveDecimal, rate, splitList } from "./fields.ts";

export type Presets = Readonly<Record<string, Preset>>;

export interface Problem {
  readonly variable: string;
  /** What is expected; never the value that was found. */
  readonly problem: string;
}

/** Environment variables with blanks dropped: an empty string counts as unset. */
export type Variables = Readonly<Record<string, string>>;

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const PLAIN_DIALECT = "plain";
/** For names without a preset: slow enough for any provider that publishes no limit. */
const CAUTIOUS_RATE = 2;
const FIELDS = ["KEY", "URL", "PROTOCOL", "CURRENCY", "USD_RATE", "RATE", "PRICES"] as const;

/** "PROVIDER_MY_SHOP_" for the provider `my-shop`. */
function providerPrefix(name: string): string {
  return `PROVIDER_${name.toUpperCase().replaceAll("-", "_")}_`;
}

const countryPrices = z
  .record(z.string().min(1).max(64), positiveDecimal)
  .refine((table) => Object.keys(table).length > 0);

const servicePrices = z
  .record(z.string().min(1).max(64), countryPrices)
  .refine((table) => Object.keys(table).length > 0);

const priceTable = z.union([
  countryPrices.transform((countries): PriceTable => ({ kind: "any-service", countries })),
  servicePrices.transform((services): PriceTable => ({ kind: "by-service", services })),
]);

const prices = z.string().transform((text, context) => {
  const outcome = priceTable.safeParse(parseJson(text));
  if (outcome.success) return outcome.data;
  context.addIssue({
    code: "custom",
    message:
      'must be JSON, by country such as {"44": "0.12"} or by service such as {"wa": {"44": "0.12"}}, prices as quoted decimals',
  });
  return z.NEVER;
});

const variables = z.object({
  KEY: z.string({ error: "is missing: the account's API key" }).transform((key) => key.trim()),
  URL: anyUrl.transform((url) => url.trim()).optional(),
  PROTOCOL: z
    .string()
    .trim()
    .pipe(z.enum(protocols, { error: `must be one of ${protocols.join(", ")}` }))
    .optional(),
  CURRENCY: z
    .string()
    .trim()
    .regex(/^[A-Za-z]{3,5}$/, { error: "must be a currency code such as USD or RUB" })
    .transform((code) => code.toUpperCase())
    .optional(),
  USD_RATE: positiveDecimal.optional(),
  RATE: rate.optional(),
  PRICES: prices.optional(),
});

/** Reads PROVIDERS and every PROVIDER_<NAME>_*; `problems` is empty when `settings` can be used. */
export function readProviders(
  env: Variables,
  presets: Presets,
): { settings: ProviderSettings[]; problems: Problem[] } {
  const names = splitList(env.PROVIDERS ?? "");
  const problems = nameProblems(names);
  const settings: ProviderSettings[] = [];
  for (const name of new Set(names.filter((candidate) => NAME.test(candidate)))) {
    const outcome = readProvider(name, env, presets);
    if (Array.isArray(outcome)) problems.push(...outcome);
    else settings.push(outcome);
  }
  return { settings, problems };
}

function nameProblems(names: readonly string[]): Problem[] {
  const problem = (text: string): Problem => ({ variable: "PROVIDERS", problem: text });
  const problems: Problem[] = [];
  if (names.some((name) => !NAME.test(name))) {
    problems.push(problem("must be names of a-z, 0-9 and '-', separated by commas"));
  }
  if (new Set(names).size !== names.length) problems.push(problem("names a provider twice"));
  // PROVIDER_FOO_USD_RATE would be the rate of `foo-usd` and the dollar rate of `foo` at the same time.
  for (const name of names) {
    if (names.includes(`${name}-usd`)) problems.push(problem(`cannot have both ${name} and ${name}-usd`));
  }
  return problems;
}

function readProvider(name: string, env: Variables, presets: Presets): ProviderSettings | Problem[] {
  const prefix = providerPrefix(name);
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  const found = Object.fromEntries(FIELDS.map((field) => [field, env[`${prefix}${field}`]]));
  const outcome = variables.safeParse(found);
  const problems: Problem[] = (outcome.error?.issues ?? []).map((issue) => ({
    variable: `${prefix}${issue.path.join("_")}`,
    problem: issue.message,
  }));
  const isNamed = (field: string): boolean =>
    problems.some((entry) => entry.variable === `${prefix}${field}`);

  if (found.PROTOCOL === undefined && !preset) {
    const known = Object.keys(presets).join(", ");
    problems.push({
      variable: `${prefix}PROTOCOL`,
      problem: `is missing: "${name}" is not a preset (${known}); set one of ${protocols.join(", ")}`,
    });
  }
  const protocol = outcome.data?.PROTOCOL ?? preset?.protocol;
  // A preset's address and peculiarities apply to its own protocol only.
  const base = preset && (protocol === undefined || preset.protocol === protocol) ? preset : undefined;
  const url = found.URL?.trim() ?? base?.url ?? null;
  if (url === null && !isNamed("URL")) {
    problems.push({ variable: `${prefix}URL`, problem: "is missing: the base URL of the API" });
  }
  const problem = pricesProblem(protocol, found.PRICES, outcome.data);
  if (problem !== undefined) problems.push({ variable: `${prefix}PRICES`, problem });
  if (problems.length > 0 || !outcome.success || protocol === undefined || url === null) return problems;
  const data = outcome.data;
  return {
    name,
    protocol,
    dialect: base?.dialect ?? PLAIN_DIALECT,
    key: data.KEY,
    url,
    currency: data.CURRENCY ?? "USD",
    usdRate: data.USD_RATE ?? "1",
    requestsPerSecond: data.RATE ?? base?.requestsPerSecond ?? rateOf(protocol, presets),
    prices: data.PRICES ?? null,
  };
}

function pricesProblem(
  protocol: Protocol | undefined,
  given: string | undefined,
  data: z.infer<typeof variables> | undefined,
): string | undefined {
  if (protocol === "push-gateway" && given === undefined) {
    return 'is missing: this API has no prices, set them as JSON such as {"44": "0.12"}';
  }
  if (!data?.PRICES) return undefined;
  if (protocol === "push-gateway" && data.PRICES.kind === "by-service") {
    return 'must be by country such as {"44": "0.12"}: its numbers take any service';
  }
  return isTooDear(data.PRICES, data.USD_RATE ?? "1") ? "must be at most $1000 for each number" : undefined;
}

/** A price that no number has: it is probably in another unit, and would never be sold. */
function isTooDear(table: PriceTable, usdRate: string): boolean {
  const tables = table.kind === "any-service" ? [table.countries] : Object.values(table.services);
  return tables
    .flatMap((countries) => Object.values(countries))
    .some((price) => (toMicrosAtRate(price, usdRate) ?? 0n) > MAX_USD_MICROS);
}

/** A free name with a preset's own protocol gets the request rate of that preset. */
function rateOf(protocol: Protocol, presets: Presets): number {
  return (
    (Object.hasOwn(presets, protocol) ? presets[protocol]?.requestsPerSecond : undefined) ?? CAUTIOUS_RATE
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON; the schema's message says what is expected.
    return undefined;
  }
}
