import type { Scope } from "../../core/scope.ts";
import type { Prices } from "../../desk/prices/prices.ts";
import { escapeHtml } from "../../texts/html.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import type { Place } from "./place.ts";
import { type DeskCard, go, type Outcome } from "./screen.ts";

/** Stands for "all" in a button. */
const ALL = "*";
/** Of what was typed, so that it fits a button as base64. */
const MAX_TEXT_BYTES = 30;

/** A part of the catalogue as the arguments of a place. */
export function scopeArgs({ serviceId, countryId, provider }: Scope): readonly string[] {
  return [serviceId ?? ALL, countryId ?? ALL, provider ?? ALL];
}

/** The inverse of {@link scopeArgs}; what is missing stands for all. */
export function scopeOf(args: readonly (string | undefined)[]): Scope {
  const [serviceId = null, countryId = null, provider = null] = args.map((arg) =>
    arg === undefined || arg === ALL || arg === "" ? null : arg,
  );
  return { serviceId, countryId, provider };
}

/** What was typed, so that a screen can look for it again. */
export function textArg(text: string): string {
  return Buffer.from(text.trim(), "utf8").subarray(0, MAX_TEXT_BYTES).toString("base64url");
}

export function textOf(arg: string | undefined): string {
  return Buffer.from(arg ?? "", "base64url").toString("utf8");
}

/** Leads to what a text means if that is clear, else to `several`. Nothing found: the question stays open. */
export async function pick(
  prices: Pick<Prices, "find">,
  text: string,
  to: { readonly one: (scope: Scope) => Promise<Outcome> | Outcome; readonly several: Place },
): Promise<Outcome> {
  const found = await prices.find(text.slice(0, 200));
  const [first, ...others] = found;
  if (!first) return { kind: "again", why: tradeTexts.notFound(escapeHtml(text.slice(0, 60))) };
  return others.length === 0 ? await to.one(first.scope) : go(to.several);
}

/** What a text may mean, a button each. */
export async function choices(
  prices: Pick<Prices, "find">,
  arg: string | undefined,
  placeOf: (scope: Scope) => Place,
): Promise<DeskCard["rows"]> {
  const found = await prices.find(textOf(arg));
  return found.map(({ scope, name }) => [{ label: name, to: placeOf(scope) }]);
}
