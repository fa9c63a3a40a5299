import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allServices, data, searchAmong, servicesIn } from "./everything-on-sale.ts";

const find = searchAmong({ providerNames: new Map([["wa", ["WhatsApp Messenger"]]]) });

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
        expect(servicesIn(result)).toEqual(expect.arrayContaining([own.id, alike.id]));
      }
      expect(wide("quoka uk")).toMatchObject({ kind: "pair", service: alike });
    });

    it("or is one letter away: both are shown, and no card is opened for either", () => {
      const near = { id: "~bbbbbbbb", name: "Telegrim Club" };
      const result = searchAmong({ services: [...allServices, near] })("telegrim uk");
      expect(result.kind).toBe("services");
      expect(servicesIn(result)).toEqual(expect.arrayContaining([near.id, "tg"]));
    });
  });

  it("is found under its own name, unless that is a word of conversation", () => {
    const lost = allServices.filter(({ id, name }) => !servicesIn(find(name)).slice(0, 3).includes(id));
    expect(lost.map(({ name }) => name)).toEqual(["Okey", "START", "will", "THX"]);
    for (const { id, name } of lost) {
      const result = find(`${name} germany`);
      expect(result).toMatchObject({ kind: "services", country: { id: "DE" } });
      expect(servicesIn(result)).toContain(id);
    }
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
