import { describe, expect, it } from "vitest";
import type { SearchResult } from "../../../src/catalog/catalog.ts";
import { searchAmong, servicesIn } from "./everything-on-sale.ts";

const find = searchAmong({});

describe("a word that may be no name", () => {
  const countriesIn = (result: SearchResult): string[] =>
    result.kind === "countries" ? result.countries.map(({ id }) => id) : [];

  it.each([
    ["an ordinary word that is a code", "telegram id", "tg", "ID"],
    ["an ordinary word that is a code", "tinder in", "oi", "IN"],
    ["an ordinary word that is a code", "in whatsapp", "wa", "IN"],
    ["an ordinary word that is a code", "whatsapp no", "wa", "NO"],
    ["an ordinary word in a text in capitals", "GOOGLE IT", "go", "IT"],
    ["a short misspelt name", "whatsapp germny", "wa", "DE"],
    ["a country beside an unknown word", "whatsapp turkey sandwich", "wa", "TR"],
  ])("is offered and opens no card: %s, as in %s", (_, text, serviceId, countryId) => {
    const result = find(text);
    expect(servicesIn(result)).toEqual([serviceId]);
    expect(countriesIn(result)).toEqual([countryId]);
  });

  it.each([
    ["go us", "go", "US"],
    ["us am", "am", "US"],
    ["ok india", "ok", "IN"],
  ])("is a service to choose in the country, as in %s", (text, serviceId, countryId) => {
    expect(find(text)).toMatchObject({
      kind: "services",
      services: [{ id: serviceId }],
      country: { id: countryId },
    });
  });

  it.each([
    ["capitals among small letters", "Google IT", "go", "IT"],
    ["a code beside a code", "tg de", "tg", "DE"],
  ])("is a name after all: %s, as in %s", (_, text, serviceId, countryId) => {
    expect(find(text)).toMatchObject({
      kind: "pair",
      service: { id: serviceId },
      country: { id: countryId },
    });
  });

  it("of the buyer's own language is doubted beside a code too", () => {
    expect(find("tg de", "es").kind).toBe("countries");
    expect(find("tg my", "id").kind).toBe("pair");
  });
});

describe("a text that says no", () => {
  const languages = ["en", "ru", "es", "pt", "id", "ar"];

  it.each(languages)("to a country shows the service without it, to a buyer who reads %s", (language) => {
    const result = find("whatsapp number no india", language);
    expect(result).toMatchObject({ kind: "services", services: [{ id: "wa" }], country: null });
  });

  it.each([
    ["en", "whatsapp india no"],
    ["en", "don't want whatsapp india"],
    ["en", "whatsapp w/o india"],
    ["ru", "ватсап индия нет"],
    ["es", "no quiero whatsapp de india"],
    ["pt", "whatsapp sem ser da índia"],
    ["id", "wa india ga mau"],
    ["ar", "واتساب مو الهند"],
  ])("opens no card, wherever the no stands: %s, %s", (language, text) => {
    expect(find(text, language).kind).not.toBe("pair");
  });

  it("is not seen where the buyer's language has another use for the word", () => {
    expect(find("whatsapp no brasil", "pt")).toMatchObject({ kind: "pair", country: { id: "BR" } });
    expect(find("no wa indonesia", "id")).toMatchObject({ kind: "pair", country: { id: "ID" } });
    expect(find("ada nomor wa indonesia gak", "id")).toMatchObject({ kind: "pair", country: { id: "ID" } });
  });

  it("opens no card for a country after a service was chosen either", () => {
    for (const text of ["no india", "not india", "india no", "i want no number from india"])
      expect(find(text, "en", { serviceId: "wa" }).kind).not.toBe("pair");
    expect(find("india", "en", { serviceId: "wa" }).kind).toBe("pair");
  });
});
