import type { CountryItem, CountryOffer, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { ltrIn, ownIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";

/** What fits on a button of a narrow phone. */
export const LABEL_WIDTH = 24;

/** Under this a cut country name says nothing. */
const MIN_NAME = 5;

const segmenter = new Intl.Segmenter();

/** What a person counts as one character; direction marks are not seen. */
function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment).filter(
    (segment) => !/^[\u2066-\u2069\u200e\u200f]+$/u.test(segment),
  );
}

/** How many characters of a label are seen; a flag is one. */
export function labelWidth(text: string): number {
  return charactersOf(text.replace(/[\u2066-\u2069\u200e\u200f]/gu, "")).length;
}

/** At most `max` characters, the last one an ellipsis when something was cut; never half an emoji. */
export function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}

/** The label with as much of the name as a button has room for: price and flag are never what is cut. */
export function fitted(name: string, label: (name: string) => string, width = LABEL_WIDTH): string {
  // Measured with a name of one character: without any, the space beside it may be gone too.
  const room = width - labelWidth(label("x")) + 1;
  return label(shorten(name, Math.max(1, room)));
}

/** A service in a country, as a label names it. `price` as it is shown; empty: none. */
interface LabelledProduct {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly price?: string;
}

/** "Repeat WhatsApp 🇬🇧 $0.48": `label` gets the product with its price, the service's name cut so that it fits. */
export function productLabel(product: LabelledProduct, label: (what: string) => string): string {
  const { service, country, price = "" } = product;
  // The few countries without a flag are named by a word that leaves room for the service.
  const place = country.flag === "" ? shorten(country.name, MIN_NAME) : country.flag;
  return fitted(service.name, (name) => label([name, place, price].filter((part) => part !== "").join(" ")));
}

/**
 * "🇬🇧 UK $0.48 · 84% · 22s": seconds are left out first, then the country's name is cut. What is not known is left out.
 * `label` puts words around it.
 */
export function offerLabel(
  texts: Texts,
  offer: CountryOffer,
  label: (what: string) => string = (what) => what,
): string {
  const { language, labels } = texts;
  const { country, priceMicros, successPercent, medianSeconds } = offer;
  const price = ltrIn(language, formatUsd(priceMicros));
  const percent = successPercent === null ? null : ltrIn(language, `${successPercent}%`);
  const seconds = medianSeconds === null ? null : labels.seconds(medianSeconds);
  const write = (facts: readonly (string | null)[]) => (name: string) =>
    label(
      `${rlmIn(language)}${[country.flag, name === "" ? "" : ownIn(language, name), price].filter((part) => part !== "").join(" ")}${facts
        .filter((fact) => fact !== null)
        .map((fact) => ` · ${fact}`)
        .join("")}`,
    );
  const all = write([percent, seconds]);
  if (labelWidth(all(country.name)) <= LABEL_WIDTH) return all(country.name);
  const withPercent = write([percent]);
  const room = LABEL_WIDTH - labelWidth(withPercent("")) - 1;
  if (room >= Math.min(MIN_NAME, labelWidth(country.name))) return withPercent(shorten(country.name, room));
  const bare = write([]);
  return bare(shorten(country.name, Math.max(1, LABEL_WIDTH - labelWidth(bare("")) - 1)));
}
