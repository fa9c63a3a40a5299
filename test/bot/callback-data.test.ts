import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, decodeAction, encodeAction } from "../../src/bot/callback-data.ts";
import { parseDeepLink } from "../../src/bot/features/home.ts";
import { decodeTopupState, encodeTopupState, noTopupState } from "../../src/bot/topup-state.ts";

const page = fc.integer({ min: 0, max: 9999 });
const product = fc.stringMatching(/^[A-Za-z0-9~_-]{1,12}$/);
const kindOf = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);

const topupState = fc.record({
  gateway: kindOf("stars", "crypto-pay", "manual"),
  stars: fc.integer({ min: 0, max: 99_999 }),
  quoteId: fc.option(fc.uuid()),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: kindOf(
      "home",
      "help",
      "topup",
      "settings",
      "ordersFile",
      "balanceFile",
      "invite",
      "forgetAsk",
      "forgetSure",
      "forgetNow",
    ),
  }),
  fc.record({ kind: kindOf("dismiss", "keep") }),
  fc.record({ kind: kindOf("orders"), page, isOpenOnly: fc.boolean() }),
  fc.record({ kind: kindOf("balance"), page }),
  fc.record({ kind: kindOf("receipt"), orderId: fc.uuid(), page }),
  fc.record({ kind: kindOf("leave"), topup: topupState }),
  fc.record({ kind: kindOf("services"), page, sort: kindOf("popular", "name") }),
  fc.record({ kind: kindOf("countries"), serviceId: product, page, sort: kindOf("best", "price", "name") }),
  fc.record({ kind: kindOf("confirm", "tellWhenBack"), serviceId: product, countryId: product }),
  fc.record({ kind: kindOf("save"), serviceId: product, countryId: product, isFavourite: fc.boolean() }),
  fc.record({ kind: kindOf("get", "payShort", "otherWays"), quoteId: fc.uuid(), termsVersion: page }),
  fc.record({ kind: kindOf("order", "cancel", "another", "finish", "quick"), orderId: fc.uuid() }),
);

describe("callback data", () => {
  it("reads back every action, in at most 64 bytes", () => {
    fc.assert(
      fc.property(action, (value) => {
        const data = encodeAction(value);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
        expect(decodeAction(data)).toEqual(value);
      }),
    );
  });

  it("is undefined for anything else, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.base64String()), (data) => {
        const decoded = decodeAction(data);
        if (decoded !== undefined) expect(encodeAction(decoded)).toBe(data);
      }),
    );
    for (const data of [
      "",
      "1",
      "1zz",
      "1h:",
      "1constructor",
      "1__proto__",
      "1S:-1:p",
      "1S:1:x",
      "1G:x:1",
      "2h",
    ]) {
      expect(decodeAction(data), data).toBeUndefined();
    }
  });

  it("refuses to make a button of an id that it could not read back", () => {
    expect(() => encodeAction({ kind: "confirm", serviceId: "a:b", countryId: "GB" })).toThrow();
    expect(() => encodeAction({ kind: "confirm", serviceId: "x".repeat(13), countryId: "GB" })).toThrow();
  });
});

describe("top-up state", () => {
  it("reads itself back, fits beside the menu plugin's own data, and is empty for garbage", () => {
    fc.assert(
      fc.property(topupState, (value) => {
        expect(Buffer.byteLength(encodeTopupState(value))).toBeLessThanOrEqual(44);
        expect(decodeTopupState(encodeTopupState(value))).toEqual(value);
      }),
    );
    fc.assert(fc.property(fc.anything(), (value) => void decodeTopupState(value)));
    expect(decodeTopupState("x:1")).toEqual(noTopupState);
  });
});

describe("deep links", () => {
  it.each([
    ["buy_wa_gb", { kind: "buy", serviceId: "wa", countryId: "GB" }],
    ["b_wa_GB", { kind: "buy", serviceId: "wa", countryId: "GB" }],
    ["b_wa_GB\n", undefined],
    ["b_wa_G~", undefined],
    [`b_${"a".repeat(64)}_GB`, undefined],
    ["b_constructor_GB", { kind: "buy", serviceId: "constructor", countryId: "GB" }],
    ["buy_WA_GB", { kind: "buy", serviceId: "wa", countryId: "GB" }],
    ["buy_-abcdefgh_-abcdefgh", { kind: "buy", serviceId: "~abcdefgh", countryId: "~abcdefgh" }],
    ["topup", { kind: "topup" }],
    ["buy_wa", undefined],
    ["buy_wa_gb_x", undefined],
    ["", undefined],
    ["buy__", undefined],
    ["r_abcDEF123-_x", { kind: "invitation", code: "abcDEF123-_x" }],
    ["r_123456789", undefined],
  ])("%s", (payload, expected) => {
    expect(parseDeepLink(payload)).toEqual(expected);
  });
});
