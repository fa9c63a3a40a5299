import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addMs, type Clock, systemClock } from "../../src/core/clock.ts";
import { countOpenFindings } from "../../src/db/queries/findings.ts";
import { acceptBalance } from "../../src/operations/provider-balance.ts";
import { selfCheck } from "../../src/operations/self-check.ts";
import type { ActiveRental } from "../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { query } from "../support/embedded.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
  waiting,
} from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";

const OPERATORS = [11, 12];
const COST_MICROS = 180_000n;
let database: TestDatabase;
let alpha: ScriptedProvider;
let shop: TestShop;
/** What the provider says of our account. */
let balanceMicros: bigint;
let rentals: ActiveRental[];

beforeEach(async () => {
  database = await createTestDatabase();
  alpha = createScriptedProvider("alpha");
  balanceMicros = 10_000_000n;
  rentals = [];
  alpha.balance = async () => ({ balanceMicros, escrowMicros: null });
  alpha.onActive = () => rentals;
  shop = await createTestShop(database.db, { providers: [alpha] });
});
afterEach(() => database.close());

async function run(text: string): Promise<readonly Record<string, unknown>[]> {
  return await query(database.connectionString, text);
}

/** One run, a second later than the one before; what it found of this kind, undefined when it could not look. */
async function find(kind: string, clock: Clock = shop.clock): Promise<readonly string[] | undefined> {
  await shop.clock.advance(1_000);
  const { db, logger } = shop.deps;
  const onMessages = (): void => undefined;
  const results = await selfCheck({
    db,
    clock,
    machineClock: clock,
    logger,
    providers: shop.deps.providers,
    operatorChatIds: OPERATORS,
    onMessages,
  });
  const result = results.find((candidate) => candidate.kind === kind);
  if (!result) throw new Error(`nothing looked at ${kind}`);
  return result.findings?.map(({ subject, detail }) => `${subject}: ${detail}`);
}

/** Operators who were told of a finding of this kind so far, each as often as they were. */
async function told(kind: string): Promise<unknown[]> {
  const rows = await run(
    `SELECT chat_id::int AS chat FROM outbox WHERE kind = 'operator_notice' AND payload::text LIKE '%"${kind}"%' ORDER BY 1`,
  );
  return rows.map(({ chat }) => chat);
}

async function openFindings(kind: string): Promise<number> {
  return (await countOpenFindings(database.db)).get(kind) ?? 0;
}

/** A rented number in both books, three minutes old. */
async function rent(): Promise<string> {
  const orderId = await shop.buy(await shop.buyer(1_000_000n));
  const { upstreamId } = await shop.order(orderId);
  rentals.push(rentalOf(upstreamId ?? ""));
  balanceMicros -= COST_MICROS;
  await shop.clock.advance(200_000);
  return orderId;
}

function rentalOf(upstreamId: string): ActiveRental {
  const phone = "+447700900999";
  const codes = { serviceCode: "wa", countryCode: "16", costMicros: COST_MICROS };
  return { upstreamId, phone, ...codes, createdAt: null, observation: waiting };
}

describe("the self-check", () => {
  it("finds nothing in a shop that buys, waits and delivers", async () => {
    const kinds = ["ledger", "stuck", "provider_orders:alpha", "provider_balance:alpha"];
    for (const kind of kinds) expect(await find(kind)).toEqual([]);
    await rent();
    for (const kind of kinds) expect(await find(kind)).toEqual([]);
    alpha.onCheck = () => received("482913");
    await shop.watch();
    rentals = [];
    for (const kind of kinds) expect(await find(kind)).toEqual([]);
  });

  it("finds an order whose price is not what is held, tells each operator once, and closes it when it is gone", async () => {
    const orderId = await rent();
    await run(`UPDATE orders SET price_micros = price_micros + 1 WHERE id = '${orderId}'`);
    const { buyerId } = await shop.order(orderId);
    const expected = [`held buyer:${buyerId}:held: held 480000, open orders 480001`];
    expect(await find("ledger")).toEqual(expected);
    expect(await find("ledger")).toEqual(expected);
    expect(await told("ledger")).toEqual(OPERATORS);
    expect(await openFindings("ledger")).toBe(1);

    await run(`UPDATE orders SET price_micros = price_micros - 1 WHERE id = '${orderId}'`);
    expect(await find("ledger")).toEqual([]);
    expect(await openFindings("ledger")).toBe(0);

    await run(`UPDATE orders SET price_micros = price_micros + 1 WHERE id = '${orderId}'`);
    await find("ledger");
    expect(await told("ledger")).toEqual([11, 11, 12, 12]);
  });

  it("finds a balance that is not the sum of its entries, and repairs nothing", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    await run(`UPDATE accounts SET balance_micros = 999999 WHERE code = 'buyer:${buyerId}:available'`);
    expect(await find("ledger")).toEqual([
      `balance buyer:${buyerId}:available: balance 999999, entries 1000000`,
    ]);
    expect(await run("SELECT count(*)::int AS count FROM transfers")).toEqual([{ count: 1 }]);
    expect(await shop.balance(buyerId)).toMatchObject({ availableMicros: 999_999n });
  });

  it("finds an order that ended without its money being released", async () => {
    const orderId = await rent();
    await run(`UPDATE orders SET state = 'expired', closed_at = now() WHERE id = '${orderId}'`);
    const findings = await find("ledger");
    expect(findings).toContain(`resolve ${orderId}: expired with 0 captures and 0 releases`);
  });

  it("finds a number at the provider that no order of ours has", async () => {
    rentals = [rentalOf("stray-1")];
    expect(await find("provider_orders:alpha")).toEqual([
      "upstream stray-1: rented in this account, but no order of ours",
    ]);
    await find("provider_orders:alpha");
    expect(await told("provider_orders:alpha")).toEqual(OPERATORS);
    rentals = [];
    expect(await find("provider_orders:alpha")).toEqual([]);
    expect(await openFindings("provider_orders:alpha")).toBe(0);
  });

  it("takes a stranger for ours as long as a purchase is in doubt", async () => {
    alpha.onBuy = () => {
      throw providerError("timeout", false);
    };
    await shop.buy(await shop.buyer(1_000_000n));
    rentals = [rentalOf("stray-1")];
    expect(await find("provider_orders:alpha")).toEqual([]);
    expect(await find("provider_balance:alpha")).toBeUndefined();
  });

  it("finds an order that the provider does not know, once its list has had time", async () => {
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    expect(await find("provider_orders:alpha")).toEqual([]);
    await shop.clock.advance(200_000);
    expect(await find("provider_orders:alpha")).toEqual([
      `${orderId}: open here, not in the provider's list`,
    ]);
  });

  it("finds a balance that fell by more than was bought, until an operator accepts it", async () => {
    expect(await find("provider_balance:alpha")).toEqual([]);
    balanceMicros -= 250_000n;
    const expected = ["alpha: expected $10.00, found $9.75: -$0.25"];
    expect(await find("provider_balance:alpha")).toEqual(expected);
    await rent();
    expect(await find("provider_balance:alpha")).toEqual(["alpha: expected $9.82, found $9.57: -$0.25"]);
    expect(await told("provider_balance:alpha")).toEqual(OPERATORS);
    await acceptBalance(shop.deps, alpha);
    expect(await find("provider_balance:alpha")).toEqual([]);
    expect(await openFindings("provider_balance:alpha")).toBe(0);
  });

  it("takes a balance that rose for a deposit, and misses what is lost afterwards no less", async () => {
    await find("provider_balance:alpha");
    balanceMicros += 5_000_000n;
    expect(await find("provider_balance:alpha")).toEqual([]);
    balanceMicros -= 1n;
    expect(await find("provider_balance:alpha")).toHaveLength(1);
  });

  it("closes nothing that it could not look at: a provider that is down is no difference", async () => {
    rentals = [rentalOf("stray-1")];
    await find("provider_orders:alpha");
    alpha.onActive = () => {
      throw providerError("unreachable", true);
    };
    expect(await find("provider_orders:alpha")).toBeUndefined();
    expect(await openFindings("provider_orders:alpha")).toBe(1);
  });

  it("fails, instead of passing over a look, when the fault is ours and not the provider's", async () => {
    alpha.onActive = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(find("provider_orders:alpha")).rejects.toThrow("a fault of ours");
  });

  it("finds updates and messages that nobody handles", async () => {
    const at = shop.clock.now().toISOString();
    await run(`INSERT INTO inbox (update_id, lane, payload, received_at) VALUES (1, 'u:1', '{}', '${at}')`);
    await run(
      `INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at) VALUES (5, 'x', '{}', '${at}', '${at}')`,
    );
    expect(await find("stuck")).toEqual([]);
    await shop.clock.advance(299_000);
    // Two of the messages are the notices that this shop's clock is not the database's.
    expect(await find("stuck")).toEqual([
      "updates: 1 waiting, the oldest for 301 s",
      "messages: 3 waiting, the oldest for 301 s",
    ]);
    await run("UPDATE inbox SET done_at = now(); UPDATE outbox SET sent_at = now()");
    expect(await find("stuck")).toEqual([]);
  });

  it("finds a clock that is off the database's by more than five seconds", async () => {
    const shifted = (ms: number): Clock => ({ ...systemClock, now: () => addMs(systemClock.now(), ms) });
    expect(await find("clock", systemClock)).toEqual([]);
    expect(await find("clock", shifted(4_000))).toEqual([]);
    for (const ms of [-6_500, 6_500]) {
      expect(await find("clock", shifted(ms))).toEqual([
        expect.stringMatching(/^this host: [67]\d{3} ms from the database's clock$/),
      ]);
    }
    expect(await told("clock")).toEqual(OPERATORS);
  });
});
