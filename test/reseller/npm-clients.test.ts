import { ActivationStatusCode, HeroSMSClient } from "hero-sms";
import SMSActivate from "sms-activate";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { faults } from "../../sandbox/providers/faults.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

/** A client as it is published, with nothing changed but the address. */
interface Driver {
  balance(): Promise<number>;
  /** Null: the client cannot ask for it. */
  readonly stock: (() => Promise<number>) | null;
  readonly price: (() => Promise<number>) | null;
  buy(service?: string): Promise<{ readonly id: number; readonly phone: string }>;
  /** The code; null: there is none yet. */
  code(id: number): Promise<string | null>;
  another(id: number): Promise<string>;
  finish(id: number): Promise<string>;
  cancel(id: number): Promise<string>;
}

const country = 16;

function heroSms(baseUrl: string, apiKey: string): Driver {
  const client = new HeroSMSClient({ apiKey, baseUrl });
  const cell = async () => {
    const offer = (await client.getPrices({ service: "wa", country }))[String(country)]?.wa;
    if (!offer) throw new Error("no price");
    return z.object({ cost: z.number(), count: z.number() }).parse(offer);
  };
  return {
    balance: () => client.getBalance(),
    stock: async () => (await cell()).count,
    price: async () => (await cell()).cost,
    async buy(service = "wa") {
      const { activationId, phoneNumber } = await client.getNumber({ service, country });
      return { id: activationId, phone: phoneNumber };
    },
    code: async (id) => (await client.getStatus(id)).code ?? null,
    another: (id) => client.setStatus(id, ActivationStatusCode.REQUEST_RESEND),
    finish: (id) => client.complete(id),
    cancel: (id) => client.cancel(id),
  };
}

function smsActivate(baseUrl: string, key: string): Driver {
  const client = new SMSActivate(key);
  client.session.defaults.baseURL = baseUrl;
  return {
    balance: () => client.getBalance(),
    stock: null,
    price: null,
    async buy(service = "wa") {
      const bought = await client.getNumber(service, country);
      if (!bought) throw new Error("no number");
      return { id: bought.id, phone: String(bought.number) };
    },
    code: (id) => client.getCode(id),
    another: (id) => client.setStatus(id, 3),
    finish: (id) => client.setStatus(id, 6),
    cancel: (id) => client.setStatus(id, 8),
  };
}

let world: ResellerWorld;
let reseller: TestReseller;
beforeAll(async () => {
  world = await startResellerWorld();
  const { ask } = await world.newReseller();
  await vi.waitFor(
    async () => expect(await ask("getPrices", { service: "wa", country })).toMatch(/"16":\{"wa"/),
    { timeout: 10_000 },
  );
});
beforeEach(async () => {
  world.provider.faults.clear();
  reseller = await world.newReseller();
});
afterAll(() => world.close());

const address = () => `${world.url}/stubs/handler_api.php`;

describe.each([
  [
    "hero-sms 2.0.0",
    heroSms,
    {
      early: /EarlyCancel/,
      noNumbers: /NoNumbers/,
      noBalance: /^HeroSMSError NO_BALANCE$/,
      badKey: /Authentication/,
    },
  ],
  [
    "sms-activate 1.0.1",
    smsActivate,
    { early: null, noNumbers: /NoFreeNumbers/, noBalance: /NoBalance/, badKey: /InvalidAPIKey/ },
  ],
] as const)("%s", (_, connect, errors) => {
  /** The name of the client's own error, and the shop's word where the error holds it. */
  const errorOf = async (promise: Promise<unknown>): Promise<string> => {
    const error = await promise.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Error)) return "no error";
    return "rawResponse" in error ? `${error.name} ${error.rawResponse}` : error.name;
  };

  it("buys, waits, reads the code, asks for another and finishes", async () => {
    const client = connect(address(), reseller.key);
    expect(await client.balance()).toBe(20);
    if (client.stock) expect(await client.stock()).toBeGreaterThan(0);
    const { id, phone } = await client.buy();
    expect(phone).toMatch(/^44\d{9,10}$/);
    const { heldMicros } = await reseller.balance();
    if (client.price) expect(await client.price()).toBe(Number(heldMicros) / 1_000_000);
    expect(await client.code(id)).toBeNull();
    world.deliver(phone, "482913");
    await world.sped(() => expect.poll(() => client.code(id)).toBe("482913"));
    expect(await client.another(id)).toBe("ACCESS_RETRY_GET");
    expect(await client.code(id)).toBeNull();
    world.deliver(phone, "771204");
    await world.sped(() => expect.poll(() => client.code(id)).toBe("771204"));
    expect(await client.finish(id)).toBe("ACCESS_ACTIVATION");
    expect(await reseller.states()).toEqual(["finished"]);
  });

  it("cancels when the supplier's lock is open, and is told when it is not", async () => {
    const client = connect(address(), reseller.key);
    const { id } = await client.buy();
    // A client without an error for it hands out the word.
    if (errors.early) expect(await errorOf(client.cancel(id))).toMatch(errors.early);
    else expect(await client.cancel(id)).toBe("EARLY_CANCEL_DENIED");
    world.clock.setSpeed(2_000);
    await world.clock.sleep(125_000);
    world.clock.setSpeed(1);
    expect(await client.cancel(id)).toBe("ACCESS_CANCEL");
    expect((await reseller.balance()).heldMicros).toBe(0n);
  });

  it("names its own errors for no balance and a bad key", async () => {
    const poor = connect(address(), (await world.newReseller(10_000n)).key);
    expect(await errorOf(poor.buy())).toMatch(errors.noBalance);
    const stranger = connect(address(), "0123456789abcdef0123456789abcdef");
    expect(await errorOf(stranger.balance())).toMatch(errors.badKey);
  });

  it("names its own error for no numbers", async () => {
    world.provider.faults.add("buy", faults.raw(400, '{"error":"No numbers available"}'));
    const client = connect(address(), reseller.key);
    // Each client another service, because what was sold out counts as sold out for a while.
    const service = errors.early ? "go" : "ig";
    await reseller.ask("getPrices", { service, country });
    expect(await errorOf(client.buy(service))).toMatch(errors.noNumbers);
  });
});
