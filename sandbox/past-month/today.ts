import { addMs } from "../../src/core/clock.ts";
import type { Tx } from "../../src/db/client.ts";
import { accountOf, system } from "../../src/wallet/accounts.ts";
import type { MarketRental } from "../providers/market-types.ts";
import type { PretendProvider } from "../providers/server.ts";
import type { Random } from "../soak/random.ts";
import { byShare, countries, type Shelf, services } from "./goods.ts";
import type { PastTransfer } from "./money.ts";
import { idAt } from "./orders.ts";
import type { PastBuyer } from "./people.ts";
import { postAll } from "./store.ts";

/** What waits for operators, and the numbers that buyers wait with, at the moment when the shop opens. */
export interface Today {
  readonly now: Date;
  readonly people: readonly PastBuyer[];
  readonly shelf: Shelf;
  readonly providers: ReadonlyMap<string, PretendProvider>;
}

const MINUTE_MS = 60_000;
const OPEN_ORDERS = 6;
const GRANT_MICROS = 2_000_000n;
/** Its list of open numbers does not answer in the demo, so its doubts stay open for a while. */
export const DOUBTED = "tempcode77";
const QUESTIONS = [
  "I paid with Stars ten minutes ago and my balance is still the same. The receipt says 250 Stars.",
  "The number for Telegram was already in use. Can I get another one or my money back?",
  "Hola, el código llegó tarde y ya no servía. ¿Me pueden devolver el saldo?",
];
const RECEIPTS = [
  { amountMicros: 10_000_000n, note: "Bank transfer, reference 88213", minutes: 12 },
  { amountMicros: 5_000_000n, note: "USDT TRC20, tx 4f1c…a09e", minutes: 31 },
  { amountMicros: 20_000_000n, note: "Wise, sent from M. Alvarez", minutes: 47 },
] as const;

/** Money is granted as an operator would, held as a purchase does, and the numbers are really rented upstream. */
export async function storeToday(tx: Tx, random: Random, today: Today): Promise<void> {
  const regulars = today.people.slice(0, 20);
  await storeReceipts(tx, random, today, regulars.slice(0, 3));
  await storeQuestions(tx, random, today, regulars.slice(3, 6));
  const open = regulars
    .slice(6, 6 + OPEN_ORDERS)
    .map((buyer, index) => openOrder(random, today, buyer, index));
  const doubts = regulars.slice(12, 14).map((buyer, index) => doubtfulOrder(random, today, buyer, index));
  const orders = [...open, ...doubts];
  await tx
    .insertInto("orders")
    .values(orders.map(({ row }) => row))
    .execute();
  await tx
    .insertInto("order_history")
    .values(orders.flatMap(({ steps }) => steps))
    .execute();
  await tx
    .insertInto("order_attempts")
    .values(orders.map(({ attempt }) => attempt))
    .execute();
  await postAll(
    tx,
    orders.flatMap(({ transfers }) => transfers),
  );
}

async function storeReceipts(
  tx: Tx,
  random: Random,
  { now }: Today,
  buyers: readonly PastBuyer[],
): Promise<void> {
  const rows = buyers.flatMap((buyer, index) => {
    const receipt = RECEIPTS[index];
    if (!receipt) return [];
    const at = addMs(now, -receipt.minutes * MINUTE_MS);
    return [{ receipt, at, id: idAt(random, at), topupId: idAt(random, at), buyer }];
  });
  const topups = rows.map(({ receipt, at, topupId, buyer }) => ({
    id: topupId,
    buyer_id: buyer.id,
    gateway: "manual",
    state: "pending",
    amount_micros: receipt.amountMicros,
    chat_id: BigInt(buyer.telegramId),
    created_at: addMs(at, -MINUTE_MS),
    expires_at: addMs(at, 24 * 60 * MINUTE_MS),
  }));
  const claims = rows.map(({ receipt, at, id, topupId }) => ({
    id,
    topup_id: topupId,
    note: receipt.note,
    submitted_at: at,
  }));
  await tx.insertInto("topups").values(topups).execute();
  await tx.insertInto("manual_claims").values(claims).execute();
}

async function storeQuestions(
  tx: Tx,
  random: Random,
  { now }: Today,
  buyers: readonly PastBuyer[],
): Promise<void> {
  const rows = buyers.map((buyer, index) => {
    const at = addMs(now, -(9 + index * 17) * MINUTE_MS);
    return { id: idAt(random, at), buyer_id: buyer.id, text: QUESTIONS[index] ?? "", created_at: at };
  });
  await tx.insertInto("disputes").values(rows).execute();
}

/** A number that its buyer waits with; bought just now. */
function openOrder(random: Random, today: Today, buyer: PastBuyer, index: number) {
  const supplier = index % 3 === 2 ? "smsbower" : "oxgel";
  const { ware, serviceId, countryId } = someWare(random, today.shelf, supplier);
  const market = today.providers.get(supplier)?.market;
  const bought = market?.buy(ware);
  if (bought?.kind !== "bought") throw new Error("the pretend supplier has nothing left");
  return orderRows(random, { today, buyer, supplier, ware, serviceId, countryId, rental: bought.rental });
}

/** A purchase whose answer never came. */
function doubtfulOrder(random: Random, today: Today, buyer: PastBuyer, index: number) {
  const { ware, serviceId, countryId } = someWare(random, today.shelf, DOUBTED);
  const askedAt = addMs(today.now, -(index + 2) * MINUTE_MS);
  return orderRows(random, { today, buyer, supplier: DOUBTED, ware, serviceId, countryId, askedAt });
}

function someWare(random: Random, shelf: Shelf, supplier: string) {
  const [service, country] = [byShare(random, services), byShare(random, countries)];
  const ware = shelf(supplier, service.id, country.id);
  if (!ware) throw new Error(`${supplier} does not sell this`);
  return { ware, serviceId: service.id, countryId: country.id };
}

interface Bought {
  readonly today: Today;
  readonly buyer: PastBuyer;
  readonly supplier: string;
  readonly ware: { serviceCode: string; countryCode: string; costMicros: bigint };
  readonly serviceId: string;
  readonly countryId: string;
  /** Absent: nobody knows whether there is one. */
  readonly rental?: MarketRental;
  readonly askedAt?: Date;
}

function orderRows(random: Random, bought: Bought) {
  const { today, buyer, supplier, ware, serviceId, countryId, rental } = bought;
  const placedAt = bought.askedAt ?? addMs(today.now, -20_000);
  const answeredAt = addMs(placedAt, 600);
  const id = idAt(random, placedAt);
  const priceMicros = (ware.costMicros * 130n + 99n) / 100n + 20_000n;
  const state = rental ? "waiting" : "in_doubt";
  const cause = rental ? "rented" : "purchase: timeout";
  const product = { provider: supplier, service_code: ware.serviceCode, country_code: ware.countryCode };
  const step = { order_id: id, actor: "system" };
  return {
    row: {
      ...product,
      id,
      buyer_id: buyer.id,
      quote_id: id,
      service_id: serviceId,
      country_id: countryId,
      state,
      version: 2,
      price_micros: priceMicros,
      cost_ceiling_micros: priceMicros,
      cost_micros: ware.costMicros,
      upstream_id: rental?.id ?? null,
      phone: rental?.phone ?? null,
      placed_at: placedAt,
      rented_at: rental ? answeredAt : null,
      cancel_opens_at: rental?.cancelOpensAt ?? null,
      expires_at: rental?.expiresAt ?? null,
      next_check_at: rental ? today.now : null,
      chat_id: BigInt(buyer.telegramId),
    },
    steps: [
      {
        ...step,
        version: 1,
        from_state: null,
        to_state: "placing",
        cause: "tap",
        at: placedAt,
        actor: "buyer",
      },
      { ...step, version: 2, from_state: "placing", to_state: state, cause, at: answeredAt },
    ],
    attempt: {
      ...product,
      id: idAt(random, placedAt),
      order_id: id,
      operator: "",
      cost_micros: ware.costMicros,
      started_at: placedAt,
      ended_at: answeredAt,
      outcome: rental ? "rented" : "in_doubt",
      error_kind: rental ? null : "timeout",
    },
    transfers: heldMoney(buyer, { id, priceMicros, placedAt }),
  };
}

function heldMoney(
  buyer: PastBuyer,
  { id, priceMicros, placedAt }: { id: string; priceMicros: bigint; placedAt: Date },
): PastTransfer[] {
  const [available, held] = [accountOf(buyer.id, "available"), accountOf(buyer.id, "held")];
  const nothing = { orderId: null, topupId: null };
  return [
    {
      ...nothing,
      key: `adjustment:past-${id}`,
      kind: "adjustment",
      from: system.adjustments,
      to: available,
      amountMicros: GRANT_MICROS,
      actor: "demo",
      reason: "so that there is something to buy with",
      at: addMs(placedAt, -MINUTE_MS),
    },
    {
      ...nothing,
      key: `hold:${id}`,
      kind: "hold",
      from: available,
      to: held,
      amountMicros: priceMicros,
      orderId: id,
      actor: "buyer",
      reason: "purchase",
      at: placedAt,
    },
  ];
}
