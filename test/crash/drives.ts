import { sql } from "kysely";
import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import { readSetting } from "../../src/db/queries/settings.ts";
import { calm, hurried } from "../support/crash-time.ts";
import type { CrashWorld } from "../support/crash-world.ts";
import { operatorId } from "../support/crash-world.ts";
import { type Buyer, createBuyer } from "./buyer.ts";

/** What a buyer, an operator and the suppliers do. */
export type Drive = (stage: Stage) => Promise<void>;

interface Stage {
  readonly world: CrashWorld;
  readonly buyer: Buyer;
}

/** A number of the pretend gateway has run out by then. */
const LONGEST_LIFE_MS = 30 * 60_000;
const FUNDS = 20_000_000n;
const GET = /^(Get number|Accept · get)/;

export const products = {
  oxgel: "/buy whatsapp uk",
  herosms: "/buy tiktok usa",
  gateway: "/buy whatsapp india",
} as const;
type Product = keyof typeof products;

/** The confirm card lies in the chat. On a busy machine prices may not be there in time at first. */
async function order({ world, buyer }: Stage, product: Product): Promise<void> {
  await world.fund(buyer.user.id, FUNDS);
  await buyer.ask(products[product], /held; you pay only/);
}

async function buy(stage: Stage, product: Product): Promise<void> {
  await order(stage, product);
  await stage.buyer.press(GET);
}

function supplier(world: CrashWorld, name: string): PretendProvider {
  const provider = world.outside.providers.get(name);
  if (!provider) throw new Error(`no supplier ${name}`);
  return provider;
}

let codes = 5_000_000;

/** An SMS for this number. */
function give({ world }: Stage, name: string, phone: string): void {
  codes += 1;
  supplier(world, name).market.deliver(phone, { code: String(codes), text: `Code ${codes}` });
}

async function deliver(stage: Stage, name: string): Promise<void> {
  give(stage, name, await stage.buyer.number());
}

async function buyAndReceive(stage: Stage, product: "oxgel" | "herosms" | "gateway"): Promise<void> {
  await buy(stage, product);
  await deliver(stage, product);
}

/** The supplier does what it is asked and answers with these fields instead. */
function answering(fields: Readonly<Record<string, unknown>>) {
  return faults.rewrite((text) => JSON.stringify(merged(JSON.parse(text), fields)));
}

function merged(value: object, fields: Readonly<Record<string, unknown>>): object {
  return "data" in value ? { ...value, data: { ...Object(value.data), ...fields } } : { ...value, ...fields };
}

export const inDoubt =
  (name: "oxgel" | "herosms", fault: "dropBefore" | "dropAfter"): Drive =>
  async (stage) => {
    supplier(stage.world, name).faults.add("buy", faults[fault]);
    await buy(stage, name);
  };

/** The shop knows how the supplier's balance stood before. */
export const balanceTells: Drive = async (stage) => {
  const { db, time } = stage.world;
  await time.until(() => readSetting(db, "balance_baseline:oxgel"), { ms: 15 * 60_000 });
  await inDoubt("oxgel", "dropBefore")(stage);
};

export const cancelling: Drive = async (stage) => {
  await buy(stage, "herosms");
  await stage.buyer.press(/^Cancel$/);
};

/** The answer names a price above the ceiling. */
export const tooDear: Drive = async (stage) => {
  supplier(stage.world, "oxgel").faults.add("buy", answering({ cost: 5 }));
  await buy(stage, "oxgel");
};

/** The supplier does not know the number that is to be given back, long after it has run out. */
export const forgotten: Drive = async (stage) => {
  const { db } = stage.world;
  supplier(stage.world, "oxgel").faults.add("cancel", faults.raw(404, '{"error":"Order not found"}'), 50);
  await tooDear(stage);
  const age = async (): Promise<boolean> => {
    const aged =
      await sql`UPDATE orphans SET seen_at = seen_at - interval '1 day' WHERE settled_at IS NULL`.execute(db);
    return (aged.numAffectedRows ?? 0n) > 0n;
  };
  await stage.world.time.until(async () => (await age()) || undefined, { ms: 10 * 60_000 });
};

/** Lists the number and refuses to sell it: had the list said so, the shop would have refused the tap before any call. */
export const soldOut: Drive = async (stage) => {
  const body = JSON.stringify({ error: "No numbers available" });
  supplier(stage.world, "oxgel").faults.add("buy", faults.raw(409, body));
  await buy(stage, "oxgel");
};

export const another: Drive = async (stage) => {
  await buyAndReceive(stage, "herosms");
  await stage.buyer.press(/^Another code$/);
};

export const done: Drive = async (stage) => {
  await buyAndReceive(stage, "herosms");
  await stage.buyer.press(/^Close number$/);
};

export const stars: Drive = async ({ buyer }) => {
  buyer.say("/topup");
  await buyer.press(/^⭐100/);
  await buyer.pay();
};

/** Short of money: pays what is missing, and the purchase follows by itself. */
const payShort =
  (meanwhile: (stage: Stage) => Promise<unknown>): Drive =>
  async (stage) => {
    await stage.buyer.ask(products.oxgel, /held; you pay only/);
    await stage.buyer.press(/^Pay ⭐/);
    await meanwhile(stage);
    await stage.buyer.pay();
  };

export const paidFor: Drive = payShort(async () => undefined);

/** The money comes two hours after the agreement: nobody buys by that any more. */
export const paidTooLate: Drive = payShort(async ({ world }) => {
  const age = async (): Promise<boolean> => {
    const aged =
      await sql`UPDATE topups SET created_at = created_at - interval '2 hours' WHERE resume_price_micros IS NOT NULL`.execute(
        world.db,
      );
    return (aged.numAffectedRows ?? 0n) > 0n;
  };
  await world.time.until(async () => (await age()) || undefined, { ms: 10 * 60_000 });
});

const dollars =
  (way: RegExp): Drive =>
  async ({ buyer }) => {
    buyer.say("/topup");
    await buyer.press(way);
    await buyer.press(/^Pay \$5\.00$/);
  };

export const crypto: Drive = async (stage) => {
  await dollars(/^Crypto$/)(stage);
  const { cryptoPay } = stage.world;
  await stage.buyer.read(/invoice for/);
  for (const invoice of cryptoPay.invoices)
    if (invoice.status === "active") cryptoPay.pay(invoice.invoice_id);
};

export const claim: Drive = async (stage) => {
  await dollars(/^Transfer to the shop$/)(stage);
  await stage.buyer.read(/receipt|reference|transfer/i);
  stage.buyer.say("reference 4711 of today");
};

export const decision: Drive = async (stage) => {
  const operator = createBuyer(stage.world, operatorId);
  await claim(stage);
  await operator.press(/^Approve$/);
};

/** Pays 100 Stars; returns the charge. */
async function pay(buyer: Buyer): Promise<string> {
  buyer.say("/topup");
  await buyer.press(/^⭐100/);
  const chargeId = await buyer.pay();
  await buyer.read(/added\. Balance/);
  return chargeId;
}

export const refund: Drive = async ({ buyer, world }) => {
  const operator = world.outside.telegram.user({ id: operatorId });
  operator.send(`/refund ${await pay(buyer)}`);
};

export const refundByTelegram: Drive = async ({ buyer, world }) => {
  world.outside.telegram.stars.refundOutside(buyer.user.id, await pay(buyer));
};

export const refusedRefund: Drive = async (stage) => {
  const action = { kind: "status", status: 400, description: "CHARGE_ID_INVALID" } as const;
  stage.world.outside.telegram.faults.add({ method: "refundStarPayment", action });
  await refund(stage);
};

/** The app refused the number: it is exchanged when the lock of the supplier opens. */
export const swapping: Drive = async (stage) => {
  await buy(stage, "herosms");
  await stage.buyer.press(/^App refused it$/);
};

/** The swap is queued, and becomes a cancel. */
export const cancellingSwap: Drive = async (stage) => {
  await swapping(stage);
  await stage.buyer.press(/^Cancel$/);
};

/** The cancel is queued, and taken back. */
export const keeping: Drive = async (stage) => {
  await cancelling(stage);
  await stage.buyer.press(/^Keep waiting$/);
};

export const refusedCancel: Drive = async (stage) => {
  const body = JSON.stringify({ title: "ACTIVATION_NOT_ACTIVE", details: "pretended", info: {} });
  supplier(stage.world, "herosms").faults.add("cancel", faults.raw(409, body));
  await cancelling(stage);
};

/** The number lives on upstream after the end that its purchase named. */
export const outlived: Drive = async (stage) => {
  const early = new Date(stage.world.time.clock.now().getTime() + 200_000).toISOString();
  supplier(stage.world, "oxgel").faults.add("buy", answering({ expires_at: early }));
  await buyAndReceive(stage, "oxgel");
};

export const nothing: Drive = async () => undefined;

export const twoWaiting: Drive = async (stage) => {
  await buy(stage, "herosms");
  await stage.buyer.number();
  await stage.buyer.ask("/buy instagram usa", /held; you pay only/);
  await stage.buyer.press(GET);
};

export const hello: Drive = async ({ buyer }) => {
  buyer.say("/balance");
};

export const buyFrom =
  (product: Product): Drive =>
  (stage) =>
    buy(stage, product);
export const receiveFrom =
  (product: "oxgel" | "herosms" | "gateway"): Drive =>
  (stage) =>
    buyAndReceive(stage, product);

/** The card is gone when the shop wants to edit it: it is sent anew. */
export async function deletedCard(stage: Stage): Promise<void> {
  await buy(stage, "herosms");
  const phone = await stage.buyer.number();
  const card = stage.buyer.user.messages().find(({ text }) => text.includes(phone));
  if (card) stage.buyer.user.deleteMessage(card);
  give(stage, "herosms", phone);
}

/** An SMS is pushed after the order has ended here, and its buyer pays to see it. */
export const paidLate: Drive = async (stage) => {
  await buy(stage, "gateway");
  const phone = await stage.buyer.number();
  stage.world.time.setPace(hurried);
  await stage.buyer.read(/No code came/, LONGEST_LIFE_MS);
  stage.world.time.setPace(calm);
  give(stage, "gateway", phone);
  await stage.buyer.press(/^Show it/);
};

async function countOrders(db: CrashWorld["db"]): Promise<number> {
  const row = await db.selectFrom("orders").select(db.fn.countAll().as("count")).executeTakeFirstOrThrow();
  return Number(row.count);
}

/** A reseller's tool buys by the API; it hangs up before the answer, or waits for it. */
export const byKey =
  (hangsUp: boolean): Drive =>
  async ({ world, buyer }) => {
    const { db, time } = world;
    await world.fund(buyer.user.id, FUNDS);
    const query = new URLSearchParams({
      api_key: await world.keyOf(buyer.user.id),
      action: "getNumber",
      service: "wa",
      country: "16",
    });
    if (hangsUp) supplier(world, "oxgel").faults.add("buy", faults.delay(2_000));
    const ordersSoFar = await countOrders(db);
    const hangUp = new AbortController();
    const answer = fetch(`${world.url()}/stubs/handler_api.php?${query}`, { signal: hangUp.signal })
      .then((response) => response.text())
      .catch(String);
    if (hangsUp) {
      await time.until(async () => (await countOrders(db)) > ordersSoFar || undefined, { ms: 60_000 });
      hangUp.abort();
    }
    const text = await answer;
    if (/^(?:NO|BAD|ERROR|ACCOUNT)/.test(text)) throw new Error(text);
  };
