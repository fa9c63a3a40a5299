import { readFileSync } from "node:fs";
import type { SearchResult } from "../../../src/catalog/catalog.ts";

/**
 * One line of a file in queries/, "language: text = expectation" under the heading of its kind. Expectations:
 *   wa GB       WhatsApp in the United Kingdom
 *   wa          WhatsApp, no country
 *   * GB        the United Kingdom, no service
 *   ? wa,tg GB  several may be meant: these services (or countries) as a list, and no card. "-": no country
 *   none        nothing may be found
 */
export interface Query {
  readonly kind: string;
  readonly language: string;
  readonly text: string;
  readonly expected: string;
}

export interface Verdict {
  /** What was meant is among the first three. */
  readonly isFound: boolean;
  /** The right card, list or answer without a further choice. */
  readonly isStraight: boolean;
  /** A confirm card for something else than what was meant. */
  readonly isWrongCard: boolean;
}

const FIRST = 3;

export function readQueries(name: "tuning" | "held-out"): Query[] {
  const text = readFileSync(new URL(`./queries/${name}.txt`, import.meta.url), "utf8");
  let kind = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("# ")) kind = line.slice(2);
    const [, language, query, expected] = /^([a-z]{2}): (.*) = ([^=]+)$/.exec(line) ?? [];
    if (!language || query === undefined || !expected) return [];
    return [{ kind, language, text: query, expected }];
  });
}

export function judge({ expected }: Query, result: SearchResult): Verdict {
  if (expected === "none") {
    const isFound = result.kind === "none";
    return { isFound, isStraight: isFound, isWrongCard: result.kind === "pair" };
  }
  const { services, countries } = shownBy(result);
  if (expected.startsWith("? ")) return judgeList(expected, result);
  const [serviceId = "", countryId] = expected.split(" ");
  if (serviceId === "*") {
    const isFound = result.kind === "services" && countries[0] === countryId;
    return { isFound, isStraight: isFound, isWrongCard: result.kind === "pair" };
  }
  const hasService = services.slice(0, FIRST).includes(serviceId);
  if (countryId === undefined) {
    const isFound = hasService && countries.length === 0;
    const isStraight = isFound && services[0] === serviceId;
    return { isFound, isStraight, isWrongCard: result.kind === "pair" };
  }
  const isFound = hasService && countries.slice(0, FIRST).includes(countryId);
  return {
    isFound,
    isStraight: isFound && result.kind === "pair",
    isWrongCard: result.kind === "pair" && !isFound,
  };
}

function judgeList(expected: string, result: SearchResult): Verdict {
  const [, wantedServices = "", wantedCountries = "-"] = expected.split(" ");
  const { services, countries } = shownBy(result);
  const meets = (shown: readonly string[], wanted: string): boolean =>
    wanted === "-" ? shown.length === 0 : wanted.split(",").some((id) => shown.slice(0, FIRST).includes(id));
  const isFound =
    result.kind !== "pair" && meets(services, wantedServices) && meets(countries, wantedCountries);
  return { isFound, isStraight: isFound, isWrongCard: result.kind === "pair" };
}

function shownBy(result: SearchResult): { services: string[]; countries: string[] } {
  switch (result.kind) {
    case "pair":
      return { services: [result.service.id], countries: [result.country.id] };
    case "services":
      return {
        services: result.services.map(({ id }) => id),
        countries: result.country ? [result.country.id] : [],
      };
    case "countries":
      return { services: [result.service.id], countries: result.countries.map(({ id }) => id) };
    case "none":
      return { services: [], countries: [] };
  }
}
