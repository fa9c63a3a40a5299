import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SearchResult } from "../../../src/catalog/catalog.ts";
import { allServices, data, searchAmong, searchData } from "./everything-on-sale.ts";

const find = searchAmong({ providerNames: new Map([["wa", ["WhatsApp Messenger"]]]) });
const idsIn = (result: SearchResult): string[] => {
  if (result.kind === "services") return result.services.map(({ id }) => id);
  return result.kind === "none" ? [] : [result.service.id];
};

describe("a service and a country", () => {
  it.each([
    ["whatsapp uk", "wa", "GB"],
    ["wa gb", "wa", "GB"],
    ["uk whatsapp", "wa", "GB"],
    ["WhatsApp England", "wa", "GB"],
    ["whatsapp united kingdom", "wa", "GB"],
    ["united states google", "go", "US"],
    ["google usa", "go", "US"],
    ["google us", "go", "US"],
    ["tg russia", "tg", "RU"],
    ["discord indo", "ds", "ID"],
    ["insta brasil", "ig", "BR"],
    ["instagram brazil", "ig", "BR"],
    ["fb ph", "fb", "PH"],
    ["facebook philippines", "fb", "PH"],
    ["gpt germany", "dr", "DE"],
    ["chatgpt deutschland", "dr", "DE"],
    ["chat gpt france", "dr", "FR"],
    ["x usa", "tw", "US"],
    ["twitter japan", "tw", "JP"],
    ["tik tok vietnam", "lf", "VN"],
    ["tiktok viet nam", "lf", "VN"],
    ["google voice usa", "gf", "US"],
    ["hong kong wechat", "wb", "HK"],
    ["wechat hk", "wb", "HK"],
    ["uber south africa", "ub", "ZA"],
    ["steam holland", "mt", "NL"],
    ["amazon uae", "am", "AE"],
    ["netflix turkey", "nf", "TR"],
    ["viber côte d'ivoire", "vi", "CI"],
    ["claude canada", "acz", "CA"],
    ["whatsapp +44", "wa", "GB"],
    ["whatsapp 🇬🇧", "wa", "GB"],
    ["🇮🇩whatsapp", "wa", "ID"],
    ["i need a whatsapp number for india please", "wa", "IN"],
    ["whatsapp in india", "wa", "IN"],
    ["i want to buy discord for uk", "ds", "GB"],
    ["whatsapp, uk!", "wa", "GB"],
    ["ватсап россия", "wa", "RU"],
    ["ватсап англия", "wa", "GB"],
    ["вотсап сша", "wa", "US"],
    ["инстаграм великобритания", "ig", "GB"],
    ["номер для дискорд германия", "ds", "DE"],
    ["whatsapp alemania", "wa", "DE"],
    ["whatsapp estados unidos", "wa", "US"],
    ["watsapp uk", "wa", "GB"],
    ["whatsap indonesia", "wa", "ID"],
    ["instgram usa", "ig", "US"],
    ["facebok germany", "fb", "DE"],
    ["discrod usa", "ds", "US"],
    ["whatsapp indonsia", "wa", "ID"],
    ["whatsapp united kingdm", "wa", "GB"],
  ])("typed as %s is %s in %s", (text, serviceId, countryId) => {
    expect(find(text)).toMatchObject({
      kind: "pair",
      service: { id: serviceId },
      country: { id: countryId },
    });
  });
});

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
    expect(idsIn(result)).toEqual([serviceId]);
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

describe("a service alone", () => {
  it.each([
    ["whatsapp", "wa"],
    ["wa", "wa"],
    ["whats app", "wa"],
    ["whats", "wa"],
    ["wha", "wa"],
    ["google voice", "gf"],
    ["google", "go"],
    ["gmail", "go"],
    ["youtube", "go"],
    ["x", "tw"],
    ["line", "me"],
    ["mail ru", "ma"],
    ["ok.ru", "ok"],
    ["vk", "vk"],
    ["outlook", "mm"],
    ["proton", "dp"],
    ["epic games", "blm"],
    ["booking", "aed"],
    ["just eat", "bpz"],
    ["air india", "atz"],
    ["mobile de", "bry"],
    ["telegram", "tg"],
    ["ебей", "dh"],
    ["дискорд", "ds"],
    ["нетфликс", "nf"],
    ["роблокс", "aiw"],
    ["gogle", "go"],
    ["watsap", "wa"],
    ["instagramm", "ig"],
    ["tindr", "oi"],
    ["snapchta", "fu"],
    ["linkdin", "tn"],
    ["microsft", "mm"],
    ["airbnbb", "uk"],
    ["aliexpres", "hx"],
    ["kakao", "kt"],
    ["blizard", "bz"],
    ["any other", "ot"],
    ["amazon prime video", "am"],
    ["i want to buy telegram", "tg"],
  ])("typed as %s finds %s among the first three", (text, serviceId) => {
    const result = find(text);
    expect(result).toMatchObject({ kind: "services", country: null });
    const ids = result.kind === "services" ? result.services.map(({ id }) => id) : [];
    expect(ids.slice(0, 3)).toContain(serviceId);
  });

  it("named exactly comes first, before everything that only begins like it", () => {
    for (const [text, id] of [
      ["uber", "ub"],
      ["apple", "wx"],
      ["meta", "vy"],
      ["whatsapp business", "bye"],
    ] as const) {
      const result = find(text);
      expect(result.kind === "services" && result.services[0]?.id).toBe(id);
    }
  });

  describe("with a name of several words is found by the first of them, although another service's name sounds like it", () => {
    const own = { id: "~aaaaaaaa", name: "Quokka Chat" };
    const alike = { id: "avk", name: "Quoka" };

    it("and is not sold", () => {
      expect(data.services.get(alike.id)).toBe(alike.name);
      const narrow = searchAmong({ services: [own] });
      expect(narrow("quokka")).toEqual({ kind: "services", services: [own], country: null });
      expect(narrow("quokka uk")).toMatchObject({ services: [own], country: { id: "GB" } });
    });

    it("and is sold too: both are shown, and no card is opened for either", () => {
      const wide = searchAmong({ services: [...allServices, own] });
      for (const text of ["quokka", "quokka uk"]) {
        const result = wide(text);
        expect(result.kind).toBe("services");
        expect(idsIn(result)).toEqual(expect.arrayContaining([own.id, alike.id]));
      }
      expect(wide("quoka uk")).toMatchObject({ kind: "pair", service: alike });
    });

    it("or is one letter away: both are shown, and no card is opened for either", () => {
      const near = { id: "~bbbbbbbb", name: "Telegrim Club" };
      const result = searchAmong({ services: [...allServices, near] })("telegrim uk");
      expect(result.kind).toBe("services");
      expect(idsIn(result)).toEqual(expect.arrayContaining([near.id, "tg"]));
    });
  });

  it("is found under its own name, unless that is a word of conversation", () => {
    const lost = allServices.filter(({ id, name }) => !idsIn(find(name)).slice(0, 3).includes(id));
    expect(lost.map(({ name }) => name)).toEqual(["Okey", "START", "will", "THX"]);
    for (const { id, name } of lost) {
      const result = find(`${name} germany`);
      expect(result).toMatchObject({ kind: "services", country: { id: "DE" } });
      expect(idsIn(result)).toContain(id);
    }
  });
});

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

describe("anything else", () => {
  it.each(["", "   ", "!!!", "🙂", "qzxwvkjhqq", "\u0000", "<b></b>"])("such as %j is answered", (text) => {
    expect(["none", "services"]).toContain(find(text).kind);
  });

  it("that is long, strange or both never throws, and is never taken for a purchase at random", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        expect(["none", "services", "pair"]).toContain(find(text).kind);
      }),
      { numRuns: 300 },
    );
    expect(find(`whatsapp ${"x".repeat(4096)}`).kind).not.toBe("pair");
  });

  it("does not offer a service that is merely spelt like one that is not sold", () => {
    const sold = [
      { id: "~aaaaaaaa", name: "PayPay" },
      { id: "~bbbbbbbb", name: "Paypals Club" },
    ];
    const narrow = searchAmong({ services: sold });
    expect(narrow("paypal uk")).toEqual({ kind: "none" });
    expect(narrow("paypal")).toEqual({ kind: "none" });
    expect(narrow("paypay uk")).toMatchObject({ kind: "pair", service: { name: "PayPay" } });
  });

  it("is understood only as a list where two services are as likely", () => {
    const result = find("rummy india");
    expect(result).toMatchObject({ kind: "services", country: { id: "IN" } });
    expect(result.kind === "services" && result.services.length).toBeGreaterThan(1);
  });
});
