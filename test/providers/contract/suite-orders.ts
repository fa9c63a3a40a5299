import { serve } from "@hono/node-server";
import { describe, expect, it } from "vitest";
import { allOf } from "../../support/pages.ts";
import { type Bench, type ContractOptions, errorOf, expectKind, found } from "./setup.ts";

const purchase = { priority: "purchase" } as const;
const tap = { priority: "tap" } as const;
const poll = { priority: "poll" } as const;
const HALF_HOUR_MS = 30 * 60_000;

/** What the chat would show: the code where there is one, else the text. */
function shown(sms: readonly { code: string | null; text: string | null }[]): (string | null)[] {
  return sms.map(({ code, text }) => code ?? text);
}

export function describeOrders(options: ContractOptions, bench: () => Bench): void {
  async function rent() {
    const { provider, request, market } = bench();
    const rental = await provider.buy(request(), purchase);
    return { ...rental, real: found(market.rentals()[0]) };
  }

  describe("an order that can be asked for", () => {
    const polls = (): boolean => bench().provider.capabilities.poll;

    it("waits until its SMS is there, and then shows the code as sent", async ({ skip }) => {
      skip(!polls());
      const { provider, market } = bench();
      const { upstreamId, real } = await rent();
      expect(await provider.check(upstreamId, poll)).toMatchObject({ status: "waiting", sms: [] });
      market.deliver(real.id, { code: "012345", text: "Your code is 012345" });
      const seen = await provider.check(upstreamId, poll);
      expect(seen.status).toBe("received");
      expect(shown(seen.sms)).toEqual(["012345"]);
    });

    it("gets a second SMS on the same number, and does not take the first for it", async ({ skip }) => {
      const { provider, market } = bench();
      skip(!polls() || !provider.capabilities.another);
      const { upstreamId, real } = await rent();
      market.deliver(real.id, { code: "111111", text: "Your code is 111111" });
      await provider.check(upstreamId, poll);
      expect(await provider.another(upstreamId, tap)).toEqual({ kind: "requested" });
      expect(await provider.check(upstreamId, poll)).toMatchObject({ status: "waiting", sms: [] });
      market.deliver(real.id, { code: "222222", text: "Your code is 222222" });
      const seen = await provider.check(upstreamId, poll);
      expect(seen.status).toBe("received");
      expect(shown(seen.sms).at(-1)).toBe("222222");
    });

    it("is told to be finished, and twice does no harm", async ({ skip }) => {
      const { provider, market } = bench();
      skip(!provider.capabilities.finish);
      const { upstreamId, real } = await rent();
      market.deliver(real.id, { code: "333333" });
      await provider.finish(upstreamId, tap);
      await provider.finish(upstreamId, tap);
      expect(market.find(real.id)?.status).toBe("finished");
    });

    it("cannot be cancelled before the supplier's lock opens, and can after", async ({ skip }) => {
      const { provider, market, clock } = bench();
      skip(!provider.capabilities.cancel);
      const { upstreamId, real } = await rent();
      if (real.cancelOpensAt > clock.now()) {
        expect(await provider.cancel(upstreamId, tap)).toMatchObject({ kind: "too_early" });
        expect(market.find(real.id)?.status).toBe("waiting");
      }
      await clock.advance(real.cancelOpensAt.getTime() - clock.now().getTime() + 1);
      expect(await provider.cancel(upstreamId, tap)).toEqual({ kind: "cancelled" });
      expect(market.find(real.id)?.status).toBe("cancelled");
      expect(market.balance().balanceMicros).toBe(market.ledger()[0]?.balanceMicros);
    });

    it("goes back as refused by the app, and costs nothing", async ({ skip }) => {
      const { provider, market, clock } = bench();
      skip(!provider.capabilities.ban);
      const { upstreamId, real } = await rent();
      await clock.advance(real.cancelOpensAt.getTime() - clock.now().getTime() + 1);
      expect(await provider.ban(upstreamId, tap)).toEqual({ kind: "cancelled" });
      expect(await provider.check(upstreamId, poll)).toMatchObject({ status: "cancelled", sms: [] });
      expect(market.balance().balanceMicros).toBe(market.ledger()[0]?.balanceMicros);
    });

    it("does not go back as refused by the app once its code is there", async ({ skip }) => {
      const { provider, market } = bench();
      skip(!provider.capabilities.ban);
      const { upstreamId, real } = await rent();
      market.deliver(real.id, { code: "444444", text: "Your code is 444444" });
      expect(["has_sms", "refused"]).toContain((await provider.ban(upstreamId, tap)).kind);
      expect(market.find(real.id)?.status).toBe("received");
    });

    it("is not asked for by an id that leads elsewhere", async ({ skip }) => {
      skip(!polls());
      const { provider, upstream } = bench();
      for (const id of ["../balance", "1/../2", "..", "a\\b", "1/cancel", "1?x=1", "1#x"]) {
        await errorOf(provider.check(id, poll));
        if (provider.capabilities.cancel) await errorOf(provider.cancel(id, tap)).catch(() => undefined);
      }
      // In a query an id is a value whatever it holds; in a path it must not be sent.
      for (const { path, operation } of upstream.requests()) {
        expect(["check", "cancel"]).toContain(operation);
        expect(decodeURIComponent(path.split("?")[0] ?? "")).not.toMatch(/\.\.|\\/);
      }
    });

    it("reads as cancelled after it was cancelled", async ({ skip }) => {
      const { provider, clock } = bench();
      skip(!provider.capabilities.cancel || !polls());
      const { upstreamId, real } = await rent();
      await clock.advance(real.cancelOpensAt.getTime() - clock.now().getTime() + 1);
      await provider.cancel(upstreamId, tap);
      const { status, sms } = await provider.check(upstreamId, poll);
      expect(options.quirks?.oneEnding ? ["cancelled", "expired"] : ["cancelled"]).toContain(status);
      expect(sms).toEqual([]);
    });

    it("is not cancelled once its code is there, unless the supplier gives the money back", async ({
      skip,
    }) => {
      const { provider, market, clock } = bench();
      skip(!provider.capabilities.cancel);
      const { upstreamId, real } = await rent();
      await clock.advance(real.cancelOpensAt.getTime() - clock.now().getTime() + 1);
      market.deliver(real.id, { code: "444444", text: "Your code is 444444" });
      const outcome = await provider.cancel(upstreamId, tap);
      if (market.find(real.id)?.status === "cancelled") return expect(outcome).toEqual({ kind: "cancelled" });
      expect(["has_sms", "refused"]).toContain(outcome.kind);
      if (outcome.kind === "has_sms" && outcome.sms.length > 0)
        expect(shown(outcome.sms)).toEqual(["444444"]);
    });

    it("ends by itself, and the supplier gives the money back", async ({ skip }) => {
      skip(!polls());
      const { provider, market, clock } = bench();
      const { upstreamId } = await rent();
      await clock.advance(HALF_HOUR_MS);
      const { status, sms } = await provider.check(upstreamId, poll);
      expect(["expired", "cancelled"]).toContain(status);
      expect(sms).toEqual([]);
      expect(market.spentMicros()).toBe(0n);
    });

    it("says so when the supplier does not know an order", async ({ skip }) => {
      skip(!polls());
      const error = await errorOf(bench().provider.check("999999999", poll));
      expectKind(options, "unknown order", "unknown_order", error);
    });

    it("is one of many that a few requests cover", async ({ skip }) => {
      const { provider, market, upstream } = bench();
      skip(!provider.capabilities.checkMany);
      const first = await rent();
      const second = await rent();
      market.deliver(second.real.id, { code: "555555", text: "Your code is 555555" });
      const before = upstream.requests().length;
      const seen = await allOf(provider.checkMany([first.upstreamId, second.upstreamId, "999999999"], poll));
      expect(upstream.requests().length - before).toBeLessThanOrEqual(2);
      expect(seen.get(first.upstreamId)).toMatchObject({ status: "waiting", sms: [] });
      const other = seen.get(second.upstreamId);
      expect(other?.status).toBe("received");
      expect(shown(other?.sms ?? [])).toEqual(["555555"]);
      expect(seen.has("999999999")).toBe(false);
    });

    it("refuses what it cannot do, without a request", async () => {
      const { provider, upstream } = bench();
      const can = provider.capabilities;
      const calls: [boolean, () => Promise<unknown>][] = [
        [can.poll, () => provider.check("1", poll)],
        [can.checkMany, () => allOf(provider.checkMany(["1"], poll))],
        [can.text, () => provider.text("1", "0123", poll)],
        [can.cancel, () => provider.cancel("1", tap)],
        [can.ban, () => provider.ban("1", tap)],
        [can.another, () => provider.another("1", tap)],
        [can.finish, () => provider.finish("1", tap)],
        [can.activeList, () => provider.active(tap)],
      ];
      for (const [isAble, call] of calls) {
        if (isAble) continue;
        expect(await errorOf(call())).toMatchObject({ kind: "unsupported", definite: true });
      }
      expect(upstream.requests()).toEqual([]);
    });
  });

  describe("its webhook", () => {
    it("brings the SMS or says where to look, and nothing else is taken for one", async () => {
      const { provider, market, upstream } = bench();
      for (const body of [
        null,
        "x",
        1,
        [],
        {},
        { event: "otp_received" },
        { data: {} },
        { activationId: {} },
      ]) {
        expect(provider.parseWebhook(body)).toBeUndefined();
      }
      if (!provider.capabilities.webhook) return;
      const receiver = await openReceiver();
      try {
        upstream.setWebhookUrl(receiver.url);
        const { upstreamId, phone, real } = await rent();
        market.deliver(real.id, { code: "065432", text: "Your code is 065432" });
        const event = provider.parseWebhook(await receiver.next());
        if (event?.kind === "check") expect(event.upstreamId).toBe(upstreamId);
        else expect(event).toMatchObject({ kind: "sms", phone, sms: { code: "065432" } });
      } finally {
        receiver.close();
      }
    });
  });
}

/** Takes what a supplier posts. */
async function openReceiver(): Promise<{ url: string; next: () => Promise<unknown>; close: () => void }> {
  const bodies: unknown[] = [];
  const waiting: ((body: unknown) => void)[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const body: unknown = await request.json();
    const next = waiting.shift();
    if (next) next(body);
    else bodies.push(body);
    return new Response("ok");
  };
  return await new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
      resolve({
        url: `http://127.0.0.1:${port}/`,
        next: () =>
          new Promise((take) => {
            if (bodies.length > 0) take(bodies.shift());
            else waiting.push(take);
          }),
        close: () => void server.close(),
      });
    });
  });
}
