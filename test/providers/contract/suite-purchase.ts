import { describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import {
  type Bench,
  type ContractOptions,
  errorOf,
  expectKind,
  found,
  type Situation,
  takesOperator,
} from "./setup.ts";

const purchase = { priority: "purchase" } as const;
const HUGE_ID = "98765432109876543210";

export function describePurchase(options: ContractOptions, bench: () => Bench): void {
  const { quirks } = options;

  async function refusedFor(situation: Situation, call: Promise<unknown>, bought = 0) {
    const error = await errorOf(call);
    expect(error.definite).toBe(!(quirks?.vagueRefusals ?? []).includes(situation));
    expect(bench().market.rentals()).toHaveLength(bought);
    expect(bench().sent("buy")).toBeLessThanOrEqual(bought + 1);
    return error;
  }

  describe("purchase", () => {
    it("buys one number with one request", async () => {
      const { provider, market, request, sent } = bench();
      const rental = await provider.buy(request(), purchase);
      const [real] = market.rentals();
      expect(sent("buy")).toBe(1);
      expect(market.rentals()).toHaveLength(1);
      expect(rental.phone).toBe(real?.phone);
      expect([null, real?.costMicros]).toContainEqual(rental.costMicros);
      expect(rental.upstreamId).not.toBe("");
      if (!quirks?.madeUpIds) expect(rental.upstreamId).toBe(real?.id);
      if (rental.expiresAt) expect(rental.expiresAt).toEqual(real?.expiresAt);
    });

    it("buys from the operator that is named, where operators can be", async ({ skip }) => {
      const { provider, market, request, sent } = bench();
      skip(!takesOperator[options.protocol]);
      const { serviceCode, countryCode, costMicros } = found(market.offers[0]);
      market.addOffer({
        serviceCode,
        countryCode,
        operator: "71",
        costMicros: costMicros + 1_000n,
        stock: 3,
      });
      const order = request({ operator: "71", ceilingMicros: costMicros + 1_000n });
      const rental = await provider.buy(order, purchase);
      expect(sent("buy")).toBe(1);
      expect(market.rentals()).toMatchObject([{ operator: "71", phone: rental.phone }]);
      const told = provider.capabilities.prices === "configured" ? costMicros : costMicros + 1_000n;
      expect([null, told]).toContainEqual(rental.costMicros);
    });

    it("tells the cost of a number dearer than its ceiling, or refuses it, with an operator too", async ({
      skip,
    }) => {
      const { provider, market, request } = bench();
      skip(!takesOperator[options.protocol] || provider.capabilities.prices === "configured");
      const { serviceCode, countryCode, costMicros } = found(market.offers[0]);
      const dearMicros = costMicros + 100_000n;
      market.addOffer({ serviceCode, countryCode, operator: "71", costMicros: dearMicros, stock: 3 });
      const order = provider.buy(request({ operator: "71", ceilingMicros: costMicros }), purchase);
      const outcome = await order.catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expectKind(options, "price moved", "price_moved", await errorOf(order));
        expect(market.rentals()).toEqual([]);
      } else expect(outcome).toMatchObject({ costMicros: dearMicros });
    });

    it("gives two purchases different ids and numbers", async () => {
      const { provider, request, clock } = bench();
      const first = await provider.buy(request(), purchase);
      await clock.advance(1000);
      const second = await provider.buy(request(), purchase);
      expect(second.upstreamId).not.toBe(first.upstreamId);
      expect(second.phone).not.toBe(first.phone);
    });

    it("takes a phone number without its plus", async () => {
      const { provider, market, request, faults: queue } = bench();
      queue.add(
        "buy",
        faults.rewrite((text) => text.replace(/\+(\d{7,15})/, "$1")),
      );
      const rental = await provider.buy(request(), purchase);
      expect(rental.phone).toBe(market.rentals()[0]?.phone);
    });

    it("keeps every digit of an id that no double can hold", async ({ skip }) => {
      skip(quirks?.madeUpIds === true);
      const { provider, market, request, faults: queue } = bench();
      const spoil = (text: string): string => {
        const { id } = found(market.rentals()[0]);
        return text.replace(`"${id}"`, HUGE_ID).replace(new RegExp(`\\b${id}\\b`), HUGE_ID);
      };
      queue.add("buy", faults.rewrite(spoil));
      expect((await provider.buy(request(), purchase)).upstreamId).toBe(HUGE_ID);
    });

    it("says that the product is sold out, and that nothing was bought", async () => {
      const { provider, market, request } = bench();
      for (const { serviceCode, countryCode } of market.offers) market.setStock(serviceCode, countryCode, 0);
      const error = await refusedFor("no stock", provider.buy(request(), purchase));
      expectKind(options, "no stock", "no_stock", error);
    });

    it("says that our balance is short, and that nothing was bought", async () => {
      const { provider, market, request } = bench();
      market.setBalance(0n);
      const error = await refusedFor("no funds", provider.buy(request(), purchase));
      expectKind(options, "no funds", "no_funds", error);
    });

    it("says that the key is wrong, and that nothing was bought", async () => {
      const { impostor, request } = bench();
      const error = await refusedFor("bad key", impostor.buy(request(), purchase));
      expectKind(options, "bad key", "bad_credentials", error);
    });

    it("says that the country is unknown, and that nothing was bought", async () => {
      const { provider, request } = bench();
      const error = await refusedFor(
        "unknown country",
        provider.buy(request({ countryCode: "9999" }), purchase),
      );
      expectKind(options, "unknown country", "bad_mapping", error);
    });

    it("never pays more than the ceiling where the upstream can hold it", async () => {
      const { provider, market, request } = bench();
      const { serviceCode, countryCode, costMicros } = found(market.offers[0]);
      const order = request();
      market.setPrice(serviceCode, countryCode, costMicros * 2n);
      if (provider.capabilities.priceCeiling) {
        const error = await refusedFor("price moved", provider.buy(order, purchase));
        expectKind(options, "price moved", "price_moved", error);
        return;
      }
      // Elsewhere the cost is told, so that the number can be given back; or it is what the operator has set.
      const { costMicros: told } = await provider.buy(order, purchase);
      if (quirks?.untoldCost) return expect(told).toBeNull();
      expect(told).toBe(provider.capabilities.prices === "configured" ? costMicros : costMicros * 2n);
    });

    it("shows a purchase whose answer was lost in its list, where it has one", async ({ skip }) => {
      const { provider, market, request, faults: queue } = bench();
      skip(!provider.capabilities.activeList);
      queue.add("buy", faults.dropAfter);
      expect((await errorOf(provider.buy(request(), purchase))).definite).toBe(false);
      const [lost, ...others] = await provider.active({ priority: "tap" });
      const real = found(market.rentals()[0]);
      expect(others).toEqual([]);
      expect(lost).toMatchObject({
        upstreamId: real.id,
        phone: real.phone,
        observation: { status: "waiting" },
      });
      expect(lost).toMatchObject({ serviceCode: real.serviceCode, countryCode: real.countryCode });
    });

    it("shows a purchase that came through late once it is there", async ({ skip }) => {
      const { provider, request, faults: queue, clock } = bench();
      skip(!provider.capabilities.activeList);
      queue.add("buy", faults.late(30_000));
      expect((await errorOf(provider.buy(request(), purchase))).definite).toBe(false);
      expect(await provider.active({ priority: "tap" })).toEqual([]);
      await clock.advance(30_001);
      expect(await provider.active({ priority: "tap" })).toHaveLength(1);
    });
  });
}
