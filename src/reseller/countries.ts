import { usualCountries } from "../providers/protocols/handler-api/read-lists.ts";

/** A country as clients of the dialect name it: a number of sms-activate's table. */
export interface NumberedCountry {
  readonly code: number;
  /** Ours: ISO 3166-1 alpha-2. */
  readonly countryId: string;
}

export interface NumberedCountries {
  /** By code, smallest first. Two codes may name one country. */
  readonly all: readonly NumberedCountry[];
  /** A code as a client writes it, or ISO letters, which are an extension of ours. Undefined: no country of the table. */
  read(text: string): NumberedCountry | undefined;
  /** The codes of a country, the usual one first; empty: it has none. */
  codesOf(countryId: string): readonly number[];
}

/** The United States have a code for virtual numbers (12) and one for the others, which most clients mean. */
const usualOf: ReadonlyMap<string, number> = new Map([["US", 187]]);

export function createNumberedCountries(): NumberedCountries {
  const all = usualCountries(null)
    .flatMap(({ code, iso2 }) => (iso2 ? [{ code: Number(code), countryId: iso2 }] : []))
    .sort((a, b) => a.code - b.code);
  const byCode = new Map(all.map((country) => [String(country.code), country]));
  const codes = new Map<string, number[]>();
  for (const { code, countryId } of all) {
    const known = codes.get(countryId) ?? [];
    codes.set(countryId, code === usualOf.get(countryId) ? [code, ...known] : [...known, code]);
  }
  return {
    all,
    codesOf: (countryId) => codes.get(countryId) ?? [],
    read: (text) => {
      const given = text.trim();
      const numbered = /^\d{1,4}$/.test(given) ? byCode.get(String(Number(given))) : undefined;
      if (numbered) return numbered;
      const countryId = given.toUpperCase();
      const [code] = codes.get(countryId) ?? [];
      return code === undefined ? undefined : { code, countryId };
    },
  };
}
