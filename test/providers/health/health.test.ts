import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import { markShortage, selectProviderHealth } from "../../../src/db/queries/provider-health.ts";
import { createProviderHealth } from "../../../src/providers/health/health.ts";
import { withCircuit } from "../../../src/providers/health/with-circuit.ts";
import type { Provider, ProviderBalance } from "../../../src/providers/port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../../src/providers/port/provider-error.ts";
import { createProbes } from "../../../src/workers/probes.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createScriptedProvider } from "../../support/scripted-provider.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await sql`TRUNCATE provider_health, outbox, leases`.execute(database.db);
});

const ADMINS = [11, 12];
const order = {
  serviceCode: "wa",
  countryCode: "44",
  operator: null,
  ceilingMicros: 100_000n,
  reference: newId(),
};

/** A provider that answers, or fails with `failing`. */
function setUp(name = "alpha") {
  const clock = createTestClock();
  const logger = createTestLogger();
  const state: { failing: ProviderErrorKind | null; balance: ProviderBalance | null; calls: string[] } = {
    failing: null,
    balance: { balanceMicros: 5_000_000n, escrowMicros: null },
    calls: [],
  };
  async function answer<T>(call: string, value: T): Promise<T> {
    state.calls.push(call);
    if (state.failing)
      throw new ProviderError({ provider: name, kind: state.failing, definite: true, reason: "test" });
    return value;
  }
  const upstream: Provider = {
    ...createScriptedProvider(name),
    name,
    balance: () => answer("balance", state.balance),
    countries: () => answer("countries", []),
    check: () => answer("check", { status: "waiting" as const, sms: [] }),
    buy: () =>
      answer("buy", {
        upstreamId: "1",
        phone: "+447700900123",
        costMicros: null,
        expiresAt: null,
        cancelOpensAt: null,
        canAnother: null,
      }),
  };
  const deps = { db: database.db, clock, logger, adminIds: ADMINS };
  const health = createProviderHealth(deps);
  const provider = withCircuit(upstream, { health, logger });
  const probesFor = (holder: string) =>
    createProbes({ db: database.db, providers: new Map([[name, provider]]), health, clock, logger, holder });
  return { clock, logger, state, provider, probes: probesFor("a"), probesFor, health };
}

const poll = { priority: "poll" } as const;

async function circuit(name = "alpha") {
  return (await selectProviderHealth(database.db, [name]))[0];
}

async function notices(): Promise<string[]> {
  const rows = await database.db.selectFrom("outbox").select(["chat_id", "payload"]).orderBy("id").execute();
  return rows.map((row) => `${row.chat_id} ${JSON.stringify(row.payload)}`);
}

describe("withCircuit", () => {
  it("passes results and errors through unchanged", async () => {
    const { provider, state } = setUp();
    expect(await provider.check("1", poll)).toEqual({ status: "waiting", sms: [] });
    state.failing = "unknown_order";
    await expect(provider.check("1", poll)).rejects.toMatchObject({ kind: "unknown_order" });
    expect(provider.capabilities.poll).toBe(true);
  });

  it("opens the circuit after three timeouts, tells each operator once, and closes on an answer", async () => {
    const { provider, state } = setUp();
    state.failing = "timeout";
    for (let i = 0; i < 6; i += 1) await provider.check("1", poll).catch(() => undefined);
    expect(await circuit()).toMatchObject({ state: "open", reason: "timeout" });
    expect(await notices()).toEqual([
      expect.stringMatching(/^11 .*provider_down.*alpha/),
      expect.stringMatching(/^12 .*provider_down.*alpha/),
    ]);
    state.failing = null;
    await provider.check("1", poll);
    expect(await circuit()).toMatchObject({ state: "closed", failures: 0 });
    expect((await notices()).slice(2)).toEqual([
      expect.stringMatching(/^11 .*provider_up/),
      expect.stringMatching(/^12 .*provider_up/),
    ]);
  });

  it("blocks nothing while the circuit is open", async () => {
    const { provider, state } = setUp();
    state.failing = "bad_credentials";
    await provider.check("1", poll).catch(() => undefined);
    expect(await circuit()).toMatchObject({ state: "open" });
    await provider.check("1", poll).catch(() => undefined);
    expect(state.calls).toEqual(["check", "check"]);
  });

  it("counts failures of several replicas together and loses none", async () => {
    const replicas = [setUp(), setUp(), setUp()];
    for (const { state } of replicas) state.failing = "unreachable";
    await Promise.all(replicas.map(({ provider }) => provider.check("1", poll).catch(() => undefined)));
    expect(await circuit()).toMatchObject({ state: "open" });
    expect(await notices()).toHaveLength(2);
  });

  it("returns a rented number although health cannot be written", async () => {
    const { provider, health, logger } = setUp();
    const broken = withCircuit(provider, {
      health: { ...health, recordSuccess: () => Promise.reject(new Error("database down")) },
      logger,
    });
    await expect(broken.buy(order, { priority: "purchase" })).resolves.toMatchObject({ upstreamId: "1" });
  });

  it("remembers the balance", async () => {
    const { provider } = setUp();
    await provider.balance(poll);
    expect(await circuit()).toMatchObject({
      balanceMicros: 5_000_000n,
      escrowMicros: null,
      balanceAt: expect.any(Date),
    });
  });
});

describe("createProbes", () => {
  it("asks a provider that nobody talked to yet, and then every twenty seconds", async () => {
    const { probes, clock, state } = setUp();
    await probes.step();
    await probes.step();
    expect(state.calls).toEqual(["balance"]);
    await clock.advance(20_000);
    await probes.step();
    expect(state.calls).toEqual(["balance", "balance"]);
  });

  it("finds out about a dead provider without traffic, in less than a minute", async () => {
    const { probes, clock, state } = setUp();
    await probes.step();
    state.failing = "unreachable";
    for (let seconds = 0; seconds < 55; seconds += 5) {
      await clock.advance(5000);
      await probes.step();
    }
    expect(await circuit()).toMatchObject({ state: "open" });
  });

  it("probes an open circuit when it is due and closes it on the first answer", async () => {
    const { probes, clock, state, provider } = setUp();
    state.failing = "suspended";
    await provider.buy(order, { priority: "purchase" }).catch(() => undefined);
    state.failing = null;
    state.calls = [];
    await clock.advance(29_000);
    await probes.step();
    expect(state.calls).toEqual([]);
    await clock.advance(1000);
    await probes.step();
    expect(await circuit()).toMatchObject({ state: "closed" });
  });

  it("uses the country list where there is no balance to ask for", async () => {
    const { probes, clock, state, provider } = setUp();
    state.balance = null;
    state.failing = "suspended";
    await provider.buy(order, { priority: "purchase" }).catch(() => undefined);
    state.failing = null;
    state.calls = [];
    await clock.advance(30_000);
    await probes.step();
    expect(state.calls).toEqual(["balance", "countries"]);
    expect(await circuit()).toMatchObject({ state: "closed" });
  });

  it("looks at the balance at once when a purchase was refused for want of funds, and ends that by a top-up read late", async () => {
    const { probes, clock, state } = setUp();
    state.balance = { balanceMicros: 50_000n, escrowMicros: null };
    await probes.step();
    state.calls = [];
    await clock.advance(1_000);
    await markShortage(database.db, "alpha", 180_000n, clock.now());
    await probes.step();
    expect(state.calls).toEqual(["balance"]);
    expect(await circuit()).toMatchObject({ state: "closed", shortage: { costMicros: 180_000n } });
    expect(await notices()).toEqual([
      expect.stringMatching(/^11 .*provider_short/),
      expect.stringMatching(/^12 .*provider_short/),
    ]);
    // Topped up and partly spent again before the next look: less than some earlier reading, and enough.
    state.balance = { balanceMicros: 200_000n, escrowMicros: null };
    await clock.advance(61_000);
    await probes.step();
    expect(await circuit()).toMatchObject({ shortage: null });
    expect((await notices()).slice(2)).toEqual([
      expect.stringMatching(/^11 .*provider_up/),
      expect.stringMatching(/^12 .*provider_up/),
    ]);
  });

  it("lets a purchase find out after five minutes where the provider does not tell its balance", async () => {
    const { probes, clock, state } = setUp();
    state.balance = null;
    await probes.step();
    await clock.advance(1_000);
    await markShortage(database.db, "alpha", 180_000n, clock.now());
    await clock.advance(240_000);
    await probes.step();
    expect(await circuit()).toMatchObject({ shortage: { costMicros: 180_000n } });
    await clock.advance(60_000);
    await probes.step();
    expect(await circuit()).toMatchObject({ shortage: null });
  });

  it("is done by one replica at a time", async () => {
    const { probesFor, state } = setUp();
    await Promise.all(["a", "b", "c"].map((holder) => probesFor(holder).step()));
    expect(state.calls).toEqual(["balance"]);
  });
});
