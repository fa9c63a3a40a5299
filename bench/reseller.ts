import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sql } from "kysely";
import { z } from "zod";
import type { PretendUser } from "../sandbox/telegram/index.ts";
import { systemClock } from "../src/core/clock.ts";
import { newId } from "../src/core/ids.ts";
import { plainUsd } from "../src/core/money.ts";
import type { Database } from "../src/db/client.ts";
import { upsertBuyer } from "../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../src/db/queries/ledger.ts";
import { createApiKeys } from "../src/reseller/keys.ts";
import { createWebhookNetwork } from "../src/reseller/webhooks/network.ts";
import { createWebhooks } from "../src/reseller/webhooks/webhooks.ts";
import { TERMS_VERSION, textsFor } from "../src/texts/index.ts";
import { adjust } from "../src/wallet/wallet.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { createBuyer } from "./support/buyers.ts";
import { startMeasured } from "./support/measured-process.ts";
import { openOrders } from "./support/open-orders.ts";
import { type ShopProcess, startShopProcess } from "./support/shop-process.ts";
import { median, percentile } from "./support/statistics.ts";

const PROVIDER = "oxgel";
const RESELLERS = 40;
const ORDERS_EACH = 50;
const FIRST_PERSON = 610_000_000;
const SECONDS = 30;
/** The process has compiled what is hot, and the watcher has had its first looks. */
const WARM_SECONDS = 10;
const AT_ONCE = 50;
const MONEY_FOR = 5;
const POLLER = fileURLToPath(new URL("./support/api-poller.ts", import.meta.url));

export const reseller: Bench = {
  name: "reseller",
  about: `the resellers' API: ${RESELLERS * ORDERS_EACH} open orders polled once a second; ${AT_ONCE} purchases at once; /api to the first number`,
  async run(context) {
    const world = await startShopProcess(context, {
      providers: { [PROVIDER]: "oxgel" },
      env: { RESELLER_API: "on" },
    });
    try {
      await firstNumber(context, world);
      await tooManyAtOnce(context, world);
      await polls(context, world);
      const differences = await selectLedgerDifferences(world.db);
      context.note(`The ledger's self-check: ${differences.length} differences.`);
    } finally {
      await world.close();
    }
  },
};

const urlOf = ({ shop }: ShopProcess): string => `http://127.0.0.1:${shop.port}`;

/** A buyer's key, made as a tap in the chat makes it. */
async function makeKey(db: Database, buyerId: string): Promise<{ id: string; text: string }> {
  const keys = createApiKeys({
    db,
    clock: systemClock,
    termsVersion: TERMS_VERSION,
    webhooks: createWebhooks({
      db,
      clock: systemClock,
      network: createWebhookNetwork(),
      signingKey: () => Buffer.alloc(32),
      onCall: () => undefined,
    }),
    onChange: () => undefined,
  });
  await keys.acceptTerms(buyerId);
  const made = await keys.create(buyerId, "bench");
  if (made.kind !== "made") throw new Error(made.kind);
  return { id: made.key.id, text: made.text };
}

function api(
  world: ShopProcess,
  key: string,
  action: string,
  more: Readonly<Record<string, string>> = {},
): string {
  return `${urlOf(world)}/stubs/handler_api.php?${new URLSearchParams({ api_key: key, action, ...more })}`;
}

/** From the word typed in the chat to the number that curl prints, with the taps between them made at once. */
async function firstNumber(context: BenchContext, world: ShopProcess): Promise<void> {
  const [person] = await world.people(1);
  if (!person) throw new Error("nobody came");
  const startedAt = performance.now();
  const key = await keyFromChat(person);
  const keyMs = performance.now() - startedAt;
  const address = api(world, key, "getNumber", { service: "wa", country: "16" });
  const { stdout } = await promisify(execFile)("curl", ["-s", address]);
  if (!stdout.startsWith("ACCESS_NUMBER:")) throw new Error(`curl printed ${stdout}`);
  context.table(
    "/api typed → first number by curl, seconds",
    ["", "s"],
    [
      ["/api → the key in the chat", (keyMs / 1_000).toFixed(2)],
      ["/api → the number", ((performance.now() - startedAt) / 1_000).toFixed(2)],
    ],
  );
}

async function keyFromChat(person: PretendUser): Promise<string> {
  const { labels, messages } = textsFor("en");
  person.send("/api");
  for (const label of [labels.apiAccept, labels.apiNewKey]) {
    const card = await person.waitForMessage(({ buttons }) =>
      buttons.flat().some(({ text }) => text === label),
    );
    await person.press(card.messageId, label);
  }
  const shown = await person.waitForMessage(messages.apiShownOnce);
  const key = /ns[0-9A-Za-z]{30}/.exec(shown.text)?.[0];
  if (key === undefined) throw new Error("the message shows no key");
  return key;
}

/** Money for five numbers, and fifty purchases at the same moment. */
async function tooManyAtOnce(context: BenchContext, world: ShopProcess): Promise<void> {
  const { db } = world;
  const telegramId = FIRST_PERSON;
  const { id: buyerId } = await upsertBuyer(db, { telegramId, languageCode: "en", at: new Date() });
  const { text: key } = await makeKey(db, buyerId);
  const product = { service: "wa", country: "16" };
  const priced = await (await fetch(api(world, key, "getPrices", product))).json();
  const { cost } = z.object({ 16: z.object({ wa: z.object({ cost: z.number() }) }) }).parse(priced)[16].wa;
  const priceMicros = BigInt(Math.round(cost * 1_000_000));
  const amountMicros = priceMicros * BigInt(MONEY_FOR);
  await adjust(db, { key: newId(), buyerId, amountMicros, actor: "bench", reason: "bench", at: new Date() });
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, async () => (await fetch(api(world, key, "getNumber", product))).text()),
  );
  const tookMs = performance.now() - startedAt;
  const { availableMicros, heldMicros } = await selectBalance(db, buyerId);
  const count = (word: string): number => answers.filter((answer) => answer.split(":")[0] === word).length;
  context.table(
    `${AT_ONCE} getNumber at once with money for ${MONEY_FOR}`,
    ["", ""],
    [
      ["numbers", count("ACCESS_NUMBER")],
      ["NO_BALANCE", count("NO_BALANCE")],
      ["other answers", AT_ONCE - count("ACCESS_NUMBER") - count("NO_BALANCE")],
      ["available afterwards", `$${plainUsd(availableMicros)}`],
      ["held afterwards", `$${plainUsd(heldMicros)} of $${plainUsd(amountMicros)}`],
      ["all answered, ms", tookMs],
    ],
  );
}

async function polls(context: BenchContext, world: ShopProcess): Promise<void> {
  const keys = await openApiOrders(world);
  const poll = (seconds: number) => runPoller({ url: urlOf(world), seconds, keys });
  await poll(WARM_SECONDS);
  const measured = world.shop.measure();
  const { latencies, wrong } = await poll(SECONDS);
  const { cpuShare, residentMb } = measured();
  const milliseconds = latencies.map((micros) => micros / 1_000);
  context.table(
    `getStatus of ${RESELLERS * ORDERS_EACH} open orders, each asked once a second for ${SECONDS} s (goal: p95 ≤ 50 ms)`,
    ["", ""],
    [
      ["answers a second", latencies.length / SECONDS],
      ["wrong or missing answers", wrong],
      ["p50, ms", median(milliseconds)],
      ["p95, ms", percentile(milliseconds, 95)],
      ["p99, ms", percentile(milliseconds, 99)],
      ["CPU of the shop's process, % of a core", cpuShare * 100],
      ["memory of the shop's process, MB", residentMb],
    ],
  );
}

interface PolledKey {
  readonly key: string;
  readonly numbers: readonly number[];
}

/** Open orders as purchases by keys leave them. */
async function openApiOrders(world: ShopProcess): Promise<readonly PolledKey[]> {
  const { db } = world;
  const telegramIds = Array.from({ length: RESELLERS }, (_, index) => FIRST_PERSON + 1 + index);
  const buyers: { buyerId: string; key: { id: string; text: string } }[] = [];
  for (const telegramId of telegramIds) {
    const buyerId = await createBuyer(db, telegramId);
    buyers.push({ buyerId, key: await makeKey(db, buyerId) });
  }
  const { market } = world.provider(PROVIDER);
  await openOrders(db, market, { provider: PROVIDER, telegramIds, count: RESELLERS * ORDERS_EACH });
  const result: PolledKey[] = [];
  for (const { buyerId, key } of buyers) {
    const { rows } = await sql<{ number: number }>`
      UPDATE orders SET channel = 'api', api_key_id = ${key.id}, api_number = numbered.number::integer, wait_until = now(),
        told_at = now()
      FROM (SELECT id, 100000 + row_number() OVER (ORDER BY id) AS number FROM orders WHERE buyer_id = ${buyerId}::uuid)
        AS numbered
      WHERE orders.id = numbered.id RETURNING api_number AS number`.execute(db);
    result.push({ key: key.text, numbers: rows.map(({ number }) => number) });
  }
  return result;
}

const polled = z.object({ latencies: z.array(z.number()), wrong: z.number() });

async function runPoller(input: {
  url: string;
  seconds: number;
  keys: readonly PolledKey[];
}): Promise<z.infer<typeof polled>> {
  const poller = await startMeasured(POLLER, { BENCH_POLL: JSON.stringify(input) });
  await poller.says("\nend\n");
  const line = poller
    .output()
    .split("\n")
    .find((text) => text.startsWith("{"));
  await poller.stop();
  return polled.parse(JSON.parse(line ?? "{}"));
}
