import { describe, expect, it } from "vitest";
import { data, searchAmong, searchData } from "./everything-on-sale.ts";

const find = searchAmong({});

describe("a country", () => {
  const flagOf = (id: string): string =>
    String.fromCodePoint(...[...id].map((letter) => letter.charCodeAt(0) + 0x1f1e6 - 65));

  it.each(["en", "ru", "es", "pt", "id", "ar"])(
    "is found by each of its codes and its flag, in %s",
    (language) => {
      for (const id of data.countries) {
        for (const text of [`whatsapp ${id}`, `whatsapp ${flagOf(id)}`]) {
          expect([text, find(text, language)]).toMatchObject([text, { kind: "pair", country: { id } }]);
        }
        const small = `${id.toLowerCase()} whatsapp`;
        const found = find(small, language);
        const shown =
          found.kind === "pair" ? [found.country] : found.kind === "countries" ? found.countries : [];
        expect([small, shown.map((country) => country.id)]).toEqual([small, [id]]);
      }
      for (const [alpha3, id] of searchData.alpha3) {
        expect([alpha3, find(`whatsapp ${alpha3}`, language)]).toMatchObject([alpha3, { country: { id } }]);
      }
    },
  );

  it.each(["en", "ru", "es", "pt", "id", "ar"])("is found by its published names in %s", (language) => {
    const missed = Object.entries(searchData.names[language] ?? {}).flatMap(([id, names]) =>
      names.filter((name) => {
        const result = find(`whatsapp ${name}`, language);
        const shown =
          result.kind === "pair" ? [result.country] : result.kind === "countries" ? result.countries : [];
        return !shown.some((country) => country.id === id);
      }),
    );
    expect(missed).toEqual([]);
  });

  it("that shares its name with another is a choice", () => {
    expect(find("whatsapp congo")).toMatchObject({
      kind: "countries",
      service: { id: "wa" },
      countries: expect.arrayContaining([
        expect.objectContaining({ id: "CG" }),
        expect.objectContaining({ id: "CD" }),
      ]),
    });
  });
});

describe("a country alone", () => {
  it.each([
    ["uk", "GB"],
    ["usa", "US"],
    ["us", "US"],
    ["russia", "RU"],
    ["рф", "RU"],
    ["indonesia", "ID"],
    ["south korea", "KR"],
    ["+62", "ID"],
    ["🇺🇸", "US"],
  ])("typed as %s offers what is popular, in %s", (text, countryId) => {
    const result = find(text);
    expect(result).toMatchObject({ kind: "services", country: { id: countryId } });
    expect(result.kind === "services" && result.services[0]?.id).toBe("wa");
  });
});
