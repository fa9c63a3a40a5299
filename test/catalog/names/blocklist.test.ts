import { describe, expect, it } from "vitest";
import { createBlocklist } from "../../../src/catalog/names/blocklist.ts";
import { loadCatalogData } from "../../../src/catalog/names/data.ts";

const data = loadCatalogData();
const reasonOf = createBlocklist(data, []);
const nameOf = (id: string): string => data.services.get(id) ?? "";

describe("the blocklist", () => {
  it("names services that exist, each once", () => {
    expect([...data.blockedIds.keys()].filter((id) => !data.services.has(id))).toEqual([]);
  });

  it.each([
    ["ij", "bank"],
    ["aaa", "bank"],
    ["ts", "payment"],
    ["aon", "payment"],
    ["afe", "government"],
    ["bxk", "government"],
    ["tg", "telegram"],
    ["eh", "telegram"],
  ])("blocks %s as %s", (id, reason) => {
    expect(reasonOf(id, nameOf(id))).toBe(reason);
  });

  it.each([
    ["First National Bank", "bank"],
    ["Kaspi bank.kz", "bank"],
    ["Альфа-Банк", "bank"],
    ["Some Pay", "payment"],
    ["Trust Wallet", "payment"],
    ["Quick Loans", "payment"],
    ["Быстрый займ", "payment"],
    ["Gosuslugi", "government"],
    ["Госуслуги", "government"],
    ["gov.uk", "government"],
    ["Telegram Premium", "telegram"],
    ["Телеграм", "telegram"],
  ])("blocks a provider's own %s by its name as %s", (name, reason) => {
    expect(reasonOf("~abcdefgh", name)).toBe(reason);
  });

  it("leaves what people buy most", () => {
    const blocked = data.popularServices.filter((id) => reasonOf(id, nameOf(id)) !== undefined);
    expect(blocked).toEqual(["tg"]);
  });

  it.each(["Banknote Collectors", "Paytient Games", "Governor of Poker", "Walletsworth", "Playpark"])(
    "does not take %s for one",
    (name) => {
      expect(reasonOf("~abcdefgh", name)).toBeUndefined();
    },
  );

  it("gives way to what the operator allows, by id or by name", () => {
    const allowing = createBlocklist(data, ["tg", "PayPal"]);
    expect(allowing("tg", "Telegram")).toBeUndefined();
    expect(allowing("ts", "PayPal")).toBeUndefined();
    expect(allowing("ij", "Revolut")).toBe("bank");
  });
});
