import { plainUsd } from "../src/core/money.ts";
import type { Database } from "../src/db/client.ts";
import type { RequestRecord } from "../src/providers/transport/gate.ts";
import type { SandboxClock } from "./clock.ts";
import type { Insight, InsightEvent, InsightSource, OrderInsight, ProviderCall } from "./page/ports.ts";

const MAX_CALLS = 40;
const MAX_EVENTS = 14;
/** Operations that are left out of the panel: they run all the time and would hide the calls of a purchase. */
const BACKGROUND = new Set(["prices", "services", "countries", "balance", "active"]);

const countryNames = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

export interface InsightFeed extends InsightSource {
  onProviderRequest(record: RequestRecord): void;
  /** Call after a message or a press, so that the panel is read again. */
  touch(): void;
}

/** Reads the wallet, order and events of a buyer from the shop's database, for the demo's insight panel. */
export function createInsight(deps: { clock: SandboxClock; db: () => Database | undefined }): InsightFeed {
  const { clock } = deps;
  const calls: ProviderCall[] = [];
  const listeners = new Set<() => void>();
  const touch = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    touch,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onProviderRequest(record) {
      if (BACKGROUND.has(record.operation)) return;
      calls.unshift({
        at: clock.now().toISOString(),
        provider: record.provider,
        method: record.method,
        path: record.operation,
        status: record.status,
        ms: Math.round(record.durationMs),
        note: record.error ?? "",
      });
      calls.length = Math.min(calls.length, MAX_CALLS);
      touch();
    },
    async current(userId) {
      const db = deps.db();
      const base = {
        providerCalls: [...calls],
        simulatedNow: clock.now().toISOString(),
        speed: clock.speed(),
      };
      if (!db) return { ...base, wallet: null, order: null, events: [] };
      return { ...base, ...(await readBuyer(db, userId)) };
    },
  };
}

async function readBuyer(
  db: Database,
  userId: number,
): Promise<Pick<Insight, "wallet" | "order" | "events">> {
  const buyer = await db
    .selectFrom("buyers")
    .select("id")
    .where("telegram_id", "=", BigInt(userId))
    .executeTakeFirst();
  if (!buyer) return { wallet: null, order: null, events: [] };
  const accounts = await db
    .selectFrom("accounts")
    .select(["kind", "balance_micros"])
    .where("buyer_id", "=", buyer.id)
    .execute();
  const micros = (kind: string): string =>
    String(accounts.find((account) => account.kind === kind)?.balance_micros ?? 0n);
  return {
    wallet: { availableMicros: micros("available"), heldMicros: micros("held") },
    order: await readOrder(db, buyer.id),
    events: await readEvents(db, buyer.id),
  };
}

async function readOrder(db: Database, buyerId: string): Promise<OrderInsight | null> {
  const order = await db
    .selectFrom("orders")
    .selectAll()
    .where("buyer_id", "=", buyerId)
    .orderBy("placed_at", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!order) return null;
  const isCharged = ["received", "waiting_again", "finished"].includes(order.state);
  const cost = order.cost_micros;
  return {
    state: order.state,
    service: await nameOf(db, order.service_id),
    country: countryNames.of(order.country_id) ?? order.country_id,
    provider: order.provider,
    priceUsd: plainUsd(order.price_micros),
    costUsd: cost === null ? null : plainUsd(cost),
    profitUsd: isCharged && cost !== null ? plainUsd(order.price_micros - cost) : null,
  };
}

/** The name of a service for the panel, as a provider writes it. */
async function nameOf(db: Database, serviceId: string): Promise<string> {
  const row = await db
    .selectFrom("provider_services")
    .select("name")
    .where("service_id", "=", serviceId)
    .orderBy("name")
    .limit(1)
    .executeTakeFirst();
  return row?.name ?? serviceId;
}

/** State changes and money movements of this buyer, newest first. */
async function readEvents(db: Database, buyerId: string): Promise<InsightEvent[]> {
  const states = await db
    .selectFrom("order_history")
    .innerJoin("orders", "orders.id", "order_history.order_id")
    .select(["order_history.at", "from_state", "to_state", "cause"])
    .where("orders.buyer_id", "=", buyerId)
    .orderBy("order_history.at", "desc")
    .limit(MAX_EVENTS)
    .execute();
  const money = await db
    .selectFrom("transfers")
    .innerJoin("entries", "entries.transfer_id", "transfers.id")
    .innerJoin("accounts", "accounts.id", "entries.account_id")
    .select(["transfers.created_at", "transfers.kind", "transfers.amount_micros"])
    .distinctOn("transfers.id")
    .where("accounts.buyer_id", "=", buyerId)
    .orderBy("transfers.id", "desc")
    .limit(MAX_EVENTS)
    .execute();
  const events = [
    ...states.map((row) => ({
      at: row.at,
      text: `Order: ${row.from_state ?? "new"} → ${row.to_state} (${row.cause})`,
    })),
    ...money.map((row) => ({
      at: row.created_at,
      text: `Ledger: ${row.kind.replaceAll("_", " ")} $${plainUsd(row.amount_micros)}`,
    })),
  ];
  events.sort((a, b) => b.at.getTime() - a.at.getTime());
  return events.slice(0, MAX_EVENTS).map(({ at, text }) => ({ at: at.toISOString(), text }));
}
