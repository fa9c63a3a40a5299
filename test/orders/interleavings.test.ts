import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../sandbox/soak/random.ts";
import { checkOrder } from "../../src/orders/watching/check.ts";
import type { Observation } from "../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";

/** Each is another random order of the same steps; INTERLEAVINGS=10000 tries more of them. */
const SCHEDULES = Number(process.env.INTERLEAVINGS ?? "300");
const FUNDS = 1_000_000n;
const HALF_LIFE_MS = 600_000;
const LIFE_MS = 1_200_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A number as it really is at the provider, whatever answers about it are still on their way. */
interface Upstream {
  status: Observation["status"];
  isAgain: boolean;
  codes: string[];
}

/** Answers that were given and have not arrived yet: the schedule decides when each of them does. */
interface Network {
  readonly onTheWay: (() => void)[];
  readonly upstream: Upstream;
}

function connect(provider: ScriptedProvider, phone: string): Network {
  const upstream: Upstream = { status: "waiting", isAgain: false, codes: [] };
  const onTheWay: (() => void)[] = [];
  const late = <T>(answer: T): Promise<T> =>
    new Promise((resolve) => {
      onTheWay.push(() => resolve(answer));
    });
  const shown = () =>
    upstream.status === "waiting" ? [] : upstream.codes.map((code) => ({ code, text: null }));
  const isOpen = () => upstream.status === "waiting" || upstream.status === "received";
  provider.onCheck = () => late({ status: upstream.status, sms: shown() });
  provider.onCancel = () => {
    if (upstream.codes.length > 0) return late({ kind: "has_sms", sms: shown() } as const);
    if (!isOpen()) return late({ kind: "refused" } as const);
    upstream.status = "cancelled";
    return late({ kind: "cancelled" } as const);
  };
  provider.onAnother = () => {
    if (upstream.status !== "received") return late({ kind: "refused" } as const);
    upstream.status = "waiting";
    upstream.isAgain = true;
    return late({ kind: "requested" } as const);
  };
  provider.onFinish = () => {
    if (isOpen()) upstream.status = "finished";
    return late(undefined);
  };
  provider.onWebhook = (body) => ({ kind: "sms", phone, sms: { code: String(body), text: null } });
  return { onTheWay, upstream };
}

/** One thing that somebody does at some moment; `push` tells the SMS by webhook as well. */
type Act = "check" | "check elsewhere" | "cancel" | "sms" | "sms and push" | "end" | "another" | "done";
const casts: readonly (readonly Act[])[] = [
  ["check", "check elsewhere", "cancel", "sms"],
  ["check", "check elsewhere", "cancel", "sms and push"],
  ["check", "check elsewhere", "sms", "end"],
  ["check", "check elsewhere", "sms and push", "end", "cancel"],
  ["sms and push", "check", "another", "sms and push", "check elsewhere", "done"],
  ["sms", "check", "another", "sms", "check elsewhere", "check"],
];

interface Play {
  readonly shop: TestShop;
  readonly network: Network;
  readonly buyerId: string;
  readonly orderId: string;
  readonly steps: string[];
}

async function begin(): Promise<Play> {
  const provider = createScriptedProvider(`p${Math.random()}`);
  const shop = await createTestShop(database.db, { providers: [provider] });
  const buyerId = await shop.buyer(FUNDS);
  const orderId = await shop.buy(buyerId);
  const { phone } = await shop.order(orderId);
  // Cancelling is open from the start.
  await shop.clock.advance(HALF_LIFE_MS);
  return { shop, network: connect(provider, phone ?? ""), buyerId, orderId, steps: [] };
}

async function act({ shop, network, buyerId, orderId }: Play, what: Act): Promise<void> {
  const { upstream } = network;
  const [provider] = shop.providers;
  if (!provider) throw new Error("no provider");
  switch (what) {
    case "check":
    case "check elsewhere":
      return void (await checkOrder(shop.deps, provider, await shop.order(orderId)));
    case "cancel":
      await shop.orders.cancel(orderId, buyerId);
      return void (await checkOrder(shop.deps, provider, await shop.order(orderId)));
    case "sms":
    case "sms and push": {
      if (upstream.status !== "waiting" && upstream.status !== "received") return;
      const code = String(100_000 + upstream.codes.length);
      upstream.codes.push(code);
      upstream.status = "received";
      if (what === "sms and push") await shop.orders.takeWebhook(provider.name, code);
      return;
    }
    case "end":
      if (upstream.status === "waiting") upstream.status = "expired";
      return;
    case "another":
      return void (await shop.orders.another(orderId, buyerId));
    case "done":
      return void (await shop.orders.finish(orderId, buyerId));
  }
}

/** Begins the acts and lets answers arrive in an order of its own, until nothing is left to do. */
async function perform(play: Play, acts: readonly Act[], random: Random): Promise<void> {
  const { onTheWay } = play.network;
  const waiting = [...acts];
  let running = 0;
  const failures: unknown[] = [];
  const rest = () => expect.poll(() => running - onTheWay.length, { interval: 1 }).toBe(0);
  while (waiting.length + onTheWay.length > 0) {
    const place = random.between(0, waiting.length + onTheWay.length - 1);
    const [what] = waiting.splice(place, 1);
    if (what !== undefined) {
      play.steps.push(what);
      running += 1;
      void act(play, what)
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          running -= 1;
        });
    } else {
      const [arrive] = onTheWay.splice(random.between(0, onTheWay.length - 1), 1);
      play.steps.push("answer");
      arrive?.();
    }
    await rest();
  }
  if (failures.length > 0) throw failures[0];
}

/** Looks until the order has ended, with answers that arrive at once; then the number runs out. */
async function wrapUp(play: Play): Promise<void> {
  const { shop, network, orderId } = play;
  for (let look = 0; look < 6; look += 1) {
    await perform(play, ["check"], createRandom(look));
    if (look === 2) {
      await shop.clock.advance(LIFE_MS);
      if (network.upstream.status === "waiting" || network.upstream.status === "received")
        network.upstream.status = network.upstream.codes.length > 0 ? "finished" : "expired";
    }
    if ((await shop.order(orderId)).closedAt !== null) return;
  }
}

async function judge({ shop, network, buyerId, orderId, steps }: Play): Promise<void> {
  const order = await shop.order(orderId);
  expect(order.closedAt).not.toBeNull();
  await shop.assertSound();
  const { availableMicros, heldMicros } = await shop.balance(buyerId);
  expect(heldMicros).toBe(0n);
  const told = (await shop.messages("order_code")).filter(({ payload }) => payload.orderId === orderId);
  const released = (await shop.messages("order_released")).filter(
    ({ payload }) => payload.orderId === orderId,
  );
  const { codes } = network.upstream;
  if (codes.length === 0) {
    // Who cancelled sees it on the card; a number that ran out is told.
    const tells = order.state === "cancelled" ? 0 : 1;
    expect([availableMicros, told.length, released.length]).toEqual([FUNDS, 0, tells]);
    return;
  }
  expect([availableMicros, released.length]).toEqual([FUNDS - priceMicros, 0]);
  const stored = (await shop.orders.find(orderId, buyerId))?.sms.map(({ code }) => code) ?? [];
  // Each code once, in order.
  expect(told).toHaveLength(stored.length);
  // One that comes after Done was not waited for any more.
  const awaited = steps.includes("done") ? codes.slice(0, stored.length) : codes;
  expect(stored).toEqual(awaited);
}

describe("whatever order the steps of a purchase's life fall in", () => {
  it.each(casts)(
    "money moves once and every code is told once: %s, %s, %s, %s …",
    async (...acts) => {
      const tried = new Set<string>();
      const share = Math.ceil(SCHEDULES / casts.length);
      for (let seed = 0; seed < share; seed += 1) {
        const play = await begin();
        await perform(play, acts, createRandom(seed * 7919 + acts.length));
        tried.add(play.steps.join(", "));
        await wrapUp(play);
        await judge(play).catch((error: unknown) => {
          throw new Error(`${play.steps.join(", ")}: ${String(error)}`, { cause: error });
        });
      }
      console.info(`${share} schedules, ${tried.size} different interleavings`);
      expect(tried.size).toBeGreaterThan(Math.min(share / 2, 50));
    },
    120_000,
  );
});
