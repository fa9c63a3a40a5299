import { expect, it } from "vitest";
import { refusals } from "../../../src/providers/protocols/fivesim/answers.ts";
import { createFiveSim } from "../../../src/providers/protocols/fivesim/fivesim.ts";
import {
  at,
  createFuzzedHttp,
  digitsOf,
  expectHonestDoubt,
  type FuzzedAnswer,
  fuzzAnswers,
  outcomeOf,
} from "../../support/fuzzed-answers.ts";
import { allOf } from "../../support/pages.ts";
import { providerSettings } from "../../support/provider-settings.ts";

const settings = providerSettings("fivesim", "https://fivesim.example/v1");
const request = {
  serviceCode: "telegram",
  countryCode: "england",
  operator: null,
  ceilingMicros: 5_000_000n,
  reference: "order",
};
const tap = { priority: "tap" } as const;

const sms = {
  created_at: "2026-03-02T10:01:00.123456789Z",
  sender: "VKcom",
  text: "Your code is 09363",
  code: "09363",
};
const order = {
  id: 741_000_001,
  phone: "+447700900123",
  operator: "virtual4",
  product: "telegram",
  price: 0.14,
  status: "RECEIVED",
  expires: "2026-03-02T10:15:00.809469028Z",
  sms: [sms],
  created_at: "2026-03-02T10:00:00.809469028Z",
  country: "england",
};
const waiting = { ...order, sms: [] };
const ended = ["CANCELED", "TIMEOUT", "FINISHED", "BANNED"];
const samples = [
  order,
  { ...order, status: "PENDING", sms: null },
  waiting,
  ...ended.map((status) => ({ ...waiting, status })),
  { ...order, sms: [sms, { ...sms, code: "", text: "Do not share it" }] },
  { Data: [order, waiting, { ...waiting, status: "TIMEOUT" }], Total: 3 },
  { id: 1, balance: 12.5, rating: 96, frozen_balance: 0 },
  { england: { telegram: { virtual4: { cost: 0.14, count: 12 }, mts: { cost: "0.2", count: 0 } } } },
  { telegram: { england: { virtual4: { cost: 0.14, count: 12, rate: 99.5 } } } },
  { england: { iso: { gb: 1 }, prefix: { "+44": 1 }, text_en: "England", virtual4: { activation: 1 } } },
  {
    telegram: { Category: "activation", Qty: 4, Price: 0.1 },
    "1day": { Category: "hosting", Qty: 1, Price: 1 },
  },
];
const tokens = Object.keys(refusals.tokens);
const lines = tokens.map((token) => token.toLowerCase().replaceAll("_", " "));

/** Its refusals are plain words, or 401 without a word. */
function isRefusal({ status, text }: FuzzedAnswer): boolean {
  if (status === 401 && text.trim() === "") return true;
  const word = text.toUpperCase().replace(/[\s-]+/g, "_");
  return tokens.some((token) => word.includes(token));
}

function isSuccess({ status, json }: FuzzedAnswer): boolean {
  return status >= 200 && status < 300 && typeof json === "object" && json !== null;
}

it("makes of 10,000 5sim answers only what they really say", { timeout: 60_000 }, async () => {
  const http = createFuzzedHttp();
  const provider = createFiveSim(settings, http);
  const counts = { sales: 0, refusals: 0, received: 0, endings: 0, cancels: 0, lists: 0, prices: 0 };

  const judge = async (answer: FuzzedAnswer): Promise<void> => {
    http.give(answer);
    const { json, text } = answer;

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") {
      expectHonestDoubt(answer, bought.error, isRefusal);
      if (bought.error.definite) counts.refusals += 1;
    } else {
      counts.sales += 1;
      expect(isSuccess(answer)).toBe(true);
      expect(text).toContain(bought.value.upstreamId);
      expect(bought.value.phone).toBe(`+${digitsOf(at(json, "phone"))}`);
      expect(bought.value.costMicros ?? 1n).toBeGreaterThan(0n);
    }

    const seen = await outcomeOf(provider.check("741000001", tap));
    if (seen.kind === "value") {
      const { status, sms: shown } = seen.value;
      expect(isSuccess(answer)).toBe(true);
      if (status === "received") {
        counts.received += 1;
        expect(shown.length).toBeGreaterThan(0);
      }
      if (status === "waiting") expect(shown).toEqual([]);
      if (["cancelled", "expired", "finished"].includes(status)) {
        counts.endings += 1;
        expect(ended).toContain(at(json, "status"));
      }
      for (const { code, text: whole } of shown) expect(code ?? whole).not.toBeNull();
    }

    for (const giveBack of [provider.cancel, provider.ban]) {
      const outcome = await outcomeOf(giveBack("741000001", tap));
      if (outcome.kind !== "value" || outcome.value.kind !== "cancelled") continue;
      counts.cancels += 1;
      expect(["CANCELED", "BANNED", "TIMEOUT"]).toContain(at(json, "status"));
    }
    await outcomeOf(provider.finish("741000001", tap));

    const active = await outcomeOf(provider.active(tap));
    if (active.kind === "value") {
      counts.lists += 1;
      expect(isSuccess(answer)).toBe(true);
      for (const row of active.value) expect(["waiting", "received"]).toContain(row.observation.status);
    }
    const watched = await outcomeOf(allOf(provider.checkMany(["741000001"], tap)));
    for (const [, { status }] of watched.kind === "value" ? watched.value : [])
      expect(["waiting", "received"]).toContain(status);

    const prices = await outcomeOf(provider.prices({ serviceCode: "telegram" }, tap));
    for (const { costMicros, stock, serviceCode } of prices.kind === "value" ? prices.value : []) {
      counts.prices += 1;
      expect(serviceCode).toBe("telegram");
      expect(costMicros).toBeGreaterThan(0n);
      expect(stock === null || (Number.isSafeInteger(stock) && stock >= 0)).toBe(true);
    }
    await outcomeOf(provider.balance(tap));
    await outcomeOf(provider.services(tap));
    await outcomeOf(provider.countries(tap));
  };

  await fuzzAnswers(samples, judge, lines);
  // The mutations leave enough answers whole for the checks above to mean something.
  for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(50);
});
