import { normalizeCode } from "../../core/promo-code.ts";
import {
  MAX_GIFT_MICROS,
  type PromoCodeContent,
  promoCodeSchema,
  type VouchersContent,
  vouchersSchema,
} from "../../desk/codes/code-terms.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { parseSignedUsd } from "../../texts/operator/commands.ts";

const DAYS = 30;
const PROMO_USES = 100;

/** The words after what a code gives: "uses 100 days 7 new". Undefined: one is not understood, or stands there twice. */
function readOptions(
  words: readonly string[],
  names: readonly string[],
): { readonly isNewOnly: boolean; readonly of: (name: string) => string | undefined } | undefined {
  const found = new Map<string, string>();
  let isNewOnly = false;
  for (let index = 0; index < words.length; index += 1) {
    const name = words[index] ?? "";
    if (name === "new" && !isNewOnly) {
      isNewOnly = true;
      continue;
    }
    const value = words[index + 1];
    if (!names.includes(name) || found.has(name) || value === undefined) return undefined;
    found.set(name, value);
    index += 1;
  }
  return { isNewOnly, of: (name) => found.get(name) };
}

/** A plain whole number; NaN, which no schema takes, for anything else. */
function wholeOf(text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** An amount without sign or comma, as micro-dollars in JSON; "" for anything else. */
function microsOf(text: string | undefined, standard: string): string {
  if (text === undefined) return standard;
  const micros = /^\$?\d/.test(text) ? parseSignedUsd(text) : undefined;
  return micros === undefined || micros > MAX_GIFT_MICROS ? "" : micros.toString();
}

/** "5 x 20 uses 3 days 7 new". Undefined: not understood, or out of bounds. */
export function parseVouchers(text: string): VouchersContent | undefined {
  const [amount, ...rest] = wordsOf(text);
  const hasCount = rest[0] === "x";
  const options = readOptions(hasCount ? rest.slice(2) : rest, ["uses", "days"]);
  if (amount === undefined || !options) return undefined;
  const content = {
    amountMicros: microsOf(amount, ""),
    count: hasCount ? wholeOf(rest[1] ?? "", 1) : 1,
    uses: wholeOf(options.of("uses"), 1),
    days: wholeOf(options.of("days"), DAYS),
    isNewOnly: options.isNewOnly,
  };
  return vouchersSchema.safeParse(content).success ? content : undefined;
}

export type ReadPromo =
  | { readonly kind: "read"; readonly content: PromoCodeContent }
  | { readonly kind: "wrong" }
  /** What stands after "for" is not one part of the catalogue. */
  | { readonly kind: "scope" };

/** "SUMMER 15% buys 3 uses 200 days 14 lose 0.05 new for whatsapp germany", or "WELCOME $2 min 10". */
export async function parsePromoCode(
  { find }: Pick<DeskServices["prices"], "find">,
  text: string,
): Promise<ReadPromo> {
  const [before = "", scopeText, ...more] = text.slice(0, 300).split(/\sfor\s/i);
  const [name, gift, ...rest] = wordsOf(before);
  const isDiscount = gift?.endsWith("%") ?? false;
  const options = readOptions(rest, isDiscount ? ["buys", "uses", "days", "lose"] : ["uses", "days", "min"]);
  if (!options || more.length > 0 || (scopeText !== undefined && !isDiscount)) return { kind: "wrong" };
  const scope = scopeText === undefined ? everything : await scopeOf(find, scopeText);
  if (!scope) return { kind: "scope" };
  const gives = isDiscount
    ? {
        kind: "discount" as const,
        percent: wholeOf(gift?.slice(0, -1), 0),
        purchases: wholeOf(options.of("buys"), 1),
        maxLossMicros: microsOf(options.of("lose"), "0"),
        ...scope,
      }
    : {
        kind: "bonus" as const,
        amountMicros: microsOf(gift, ""),
        minTopupMicros: microsOf(options.of("min"), "0"),
      };
  const content = {
    name: normalizeCode(name ?? "") ?? "",
    gives,
    uses: wholeOf(options.of("uses"), PROMO_USES),
    days: wholeOf(options.of("days"), DAYS),
    isNewOnly: options.isNewOnly,
  };
  return promoCodeSchema.safeParse(content).success ? { kind: "read", content } : { kind: "wrong" };
}

interface CodeScope {
  readonly serviceId: string | null;
  readonly countryId: string | null;
}

const everything: CodeScope = { serviceId: null, countryId: null };

/** Undefined: nothing, several things, everything, or a provider, which buyers know nothing of. */
async function scopeOf(find: DeskServices["prices"]["find"], text: string): Promise<CodeScope | undefined> {
  const [first, ...others] = await find(text.trim());
  if (!first || others.length > 0 || first.scope.provider !== null) return undefined;
  const { serviceId, countryId } = first.scope;
  return serviceId === null && countryId === null ? undefined : { serviceId, countryId };
}

function wordsOf(text: string): string[] {
  const words = text.slice(0, 300).toLowerCase().trim().split(/\s+/);
  return words.filter((word) => word !== "");
}
