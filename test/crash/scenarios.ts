import { sql } from "kysely";
import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import { readSetting } from "../../src/db/queries/settings.ts";
import type { CrashWorld } from "../support/crash-world.ts";
import { operatorId } from "../support/crash-world.ts";
import { type Buyer, createBuyer } from "./buyer.ts";

/** How to bring the shop to a crash point. */
export interface Scenario {
  /** Dies at this point first, and stays down for so long (simulated). */
  readonly after?: { readonly point: string; readonly drive: Drive; readonly downMs: number };
  readonly drive: Drive;
}

type Drive = (stage: Stage) => Promise<void>;

export interface Stage {
  readonly world: CrashWorld;
  readonly buyer: Buyer;
}

const FUNDS = 20_000_000n;
const GET = /^(Get number|Accept and get number)/;

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

const inDoubt =
  (name: "oxgel" | "herosms", fault: "dropBefore" | "dropAfter"): Drive =>
  async (stage) => {
    supplier(stage.world, name).faults.add("buy", faults[fault]);
    await buy(stage, name);
  };

/** The shop knows how the supplier's balance stood before. */
const balanceTells: Drive = async (stage) => {
  const { db, time } = stage.world;
  await time.until(() => readSetting(db, "balance_baseline:oxgel"), { ms: 15 * 60_000 });
  await inDoubt("oxgel", "dropBefore")(stage);
};

const cancelling: Drive = async (stage) => {
  await buy(stage, "herosms");
  await stage.buyer.press(/^Cancel$/);
};

/** The answer names a price above the ceiling. */
const tooDear: Drive = async (stage) => {
  supplier(stage.world, "oxgel").faults.add("buy", answering({ cost: 5 }));
  await buy(stage, "oxgel");
};

/** The supplier does not know the number that is to be given back, long after it has run out. */
const forgotten: Drive = async (stage) => {
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
const soldOut: Drive = async (stage) => {
  const body = JSON.stringify({ error: "No numbers available" });
  supplier(stage.world, "oxgel").faults.add("buy", faults.raw(409, body));
  await buy(stage, "oxgel");
};

const another: Drive = async (stage) => {
  await buyAndReceive(stage, "herosms");
  await stage.buyer.press(/^Another code$/);
};

const done: Drive = async (stage) => {
  await buyAndReceive(stage, "herosms");
  await stage.buyer.press(/^Done$/);
};

const stars: Drive = async ({ buyer }) => {
  buyer.say("/topup");
  await buyer.press(/^100 Stars/);
  await buyer.pay();
};

const dollars =
  (way: RegExp): Drive =>
  async ({ buyer }) => {
    buyer.say("/topup");
    await buyer.press(way);
    await buyer.press(/^Pay \$5\.00$/);
  };

const crypto: Drive = async (stage) => {
  await dollars(/^Crypto$/)(stage);
  const { cryptoPay } = stage.world;
  await stage.buyer.read(/invoice for/);
  for (const invoice of cryptoPay.invoices)
    if (invoice.status === "active") cryptoPay.pay(invoice.invoice_id);
};

const claim: Drive = async (stage) => {
  await dollars(/^Transfer to the shop$/)(stage);
  await stage.buyer.read(/receipt|reference|transfer/i);
  stage.buyer.say("reference 4711 of today");
};

const decision: Drive = async (stage) => {
  const operator = createBuyer(stage.world, operatorId);
  await claim(stage);
  await operator.press(/^Approve$/);
};

/** Pays 100 Stars; returns the charge. */
async function pay(buyer: Buyer): Promise<string> {
  buyer.say("/topup");
  await buyer.press(/^100 Stars/);
  const chargeId = await buyer.pay();
  await buyer.read(/added\. Balance/);
  return chargeId;
}

const refund: Drive = async ({ buyer, world }) => {
  const operator = world.outside.telegram.user({ id: operatorId });
  operator.send(`/refund ${await pay(buyer)}`);
};

const refundByTelegram: Drive = async ({ buyer, world }) => {
  world.outside.telegram.stars.refundOutside(buyer.user.id, await pay(buyer));
};

const refusedRefund: Drive = async (stage) => {
  const action = { kind: "status", status: 400, description: "CHARGE_ID_INVALID" } as const;
  stage.world.outside.telegram.faults.add({ method: "refundStarPayment", action });
  await refund(stage);
};

const refusedCancel: Drive = async (stage) => {
  const body = JSON.stringify({ title: "ACTIVATION_NOT_ACTIVE", details: "pretended", info: {} });
  supplier(stage.world, "herosms").faults.add("cancel", faults.raw(409, body));
  await cancelling(stage);
};

/** The number lives on upstream after the end that its purchase named. */
const outlived: Drive = async (stage) => {
  const early = new Date(stage.world.time.clock.now().getTime() + 200_000).toISOString();
  supplier(stage.world, "oxgel").faults.add("buy", answering({ expires_at: early }));
  await buyAndReceive(stage, "oxgel");
};

const nothing: Drive = async () => undefined;

const twoWaiting: Drive = async (stage) => {
  await buy(stage, "herosms");
  await stage.buyer.number();
  await stage.buyer.ask("/buy instagram usa", /held; you pay only/);
  await stage.buyer.press(GET);
};

const hello: Drive = async ({ buyer }) => {
  buyer.say("/balance");
};

const buyFrom =
  (product: Product): Drive =>
  (stage) =>
    buy(stage, product);
const receiveFrom =
  (product: "oxgel" | "herosms" | "gateway"): Drive =>
  (stage) =>
    buyAndReceive(stage, product);

/** Every crash point of the source, and what leads to it. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "another/answered": { drive: another },
  "another/committed": { drive: another },
  "cancel/answered": { drive: cancelling },
  "cancel/refused": { drive: refusedCancel },
  "cancel/requested": { drive: cancelling },
  "check/answered": { drive: receiveFrom("oxgel") },
  "check/ended-by-clock": { drive: outlived },
  "crypto-pay/credited": { drive: crypto },
  "crypto-pay/invoice-made": { drive: crypto },
  "crypto-pay/row-committed": { drive: crypto },
  "finish/committed": { drive: done },
  "finish/told": { drive: done },
  "inbox/claimed": { drive: hello },
  "inbox/completed": { drive: hello },
  "inbox/handled": { drive: hello },
  "inbox/stored": { drive: hello },
  "manual/claimed": { drive: claim },
  "manual/decided": { drive: decision },
  "observe/committed": { drive: receiveFrom("oxgel") },
  "orphans/answered": { drive: tooDear },
  "orphans/forgotten": { drive: forgotten },
  "orphans/settled": { drive: tooDear },
  "outbox/card-edited": { drive: buyFrom("oxgel") },
  "outbox/card-moved": { drive: deletedCard },
  "outbox/card-sent": { drive: deletedCard },
  "outbox/claimed": { drive: buyFrom("oxgel") },
  "outbox/sent": { drive: receiveFrom("oxgel") },
  "outbox/settled": { drive: buyFrom("oxgel") },
  "place/attempt-committed": { drive: buyFrom("herosms") },
  "place/call-answered": { drive: buyFrom("herosms") },
  "place/call-failed": { drive: inDoubt("herosms", "dropAfter") },
  "place/failed": { drive: soldOut },
  "place/in-doubt": { drive: inDoubt("herosms", "dropAfter") },
  "place/refused": { drive: soldOut },
  "place/rented": { drive: buyFrom("oxgel") },
  "place/too-dear": { drive: tooDear },
  "purchase/before-hold": { drive: buyFrom("oxgel") },
  "purchase/held": { drive: buyFrom("oxgel") },
  "reconcile/adopted": { drive: inDoubt("herosms", "dropAfter") },
  "reconcile/adopting": { drive: inDoubt("herosms", "dropAfter") },
  "reconcile/balance-intact": { drive: balanceTells },
  "reconcile/listed": { drive: inDoubt("herosms", "dropAfter") },
  "reconcile/not-bought": { drive: inDoubt("herosms", "dropBefore") },
  "reconcile/released": { drive: inDoubt("oxgel", "dropAfter") },
  "refund/answered": { drive: refund },
  "refund/booked": { drive: refund },
  "refund/taken-back": { drive: refund },
  "refund/told-booked": { drive: refundByTelegram },
  "refund/undone": { drive: refusedRefund },
  "stars/before-credit": { drive: stars },
  "stars/credited": { drive: stars },
  "stars/row-committed": { drive: stars },
  "stars/swept-page": { drive: nothing },
  "sweep/in-doubt": {
    after: { point: "place/call-answered", drive: buyFrom("herosms"), downMs: 0 },
    drive: nothing,
  },
  "sweep/too-late": {
    after: { point: "purchase/held", drive: buyFrom("herosms"), downMs: 200_000 },
    drive: nothing,
  },
  "watch/list-answered": { drive: twoWaiting },
  "webhook/committed": { drive: receiveFrom("gateway") },
};

/** The card is gone when the shop wants to edit it: it is sent anew. */
async function deletedCard(stage: Stage): Promise<void> {
  await buy(stage, "herosms");
  const phone = await stage.buyer.number();
  const card = stage.buyer.user.messages().find(({ text }) => text.includes(phone));
  if (card) stage.buyer.user.deleteMessage(card);
  give(stage, "herosms", phone);
}
