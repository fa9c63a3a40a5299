import { sql } from "kysely";
import type { Market } from "../../sandbox/providers/market.ts";
import type { MarketRental } from "../../sandbox/providers/market-types.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";

/** A country whose pretend numbers are more than any bench opens. */
const COUNTRY = "IN";
const SERVICE = "wa";
const PRICE_MICROS = 480_000;

/**
 * Opens `count` orders of these people, in turn, without a tap each: the numbers are bought straight at the pretend market,
 * and the orders are written as a purchase leaves them, with their holds in the ledger. Ten thousand taps would take ten
 * minutes, and are not what is measured. Returns the numbers, oldest first.
 */
export async function openOrders(
  db: Database,
  market: Market,
  options: { readonly provider: string; readonly telegramIds: readonly number[]; readonly count: number },
): Promise<readonly MarketRental[]> {
  const { provider, telegramIds, count } = options;
  const countryCode = market.countries.find(({ iso2 }) => iso2 === COUNTRY)?.code ?? "";
  const serviceCode = market.services.find(({ code }) => code === SERVICE)?.code ?? null;
  for (const offer of market.offers) offer.stock = count * 2;
  market.setBalance(10n ** 12n);
  const rentals = Array.from({ length: count }, () => rent(market, serviceCode, countryCode));
  const rows = rentals.map((rental, index) => ({
    id: newId(),
    telegramId: telegramIds[index % telegramIds.length] ?? 0,
    upstreamId: rental.id,
    phone: rental.phone,
    costMicros: Number(rental.costMicros),
    rentedAt: rental.createdAt.toISOString(),
    expiresAt: rental.expiresAt.toISOString(),
  }));
  await db.transaction().execute(async (tx) => {
    await sql`
      INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
        service_code, country_code, upstream_id, phone, cost_micros, placed_at, rented_at, expires_at, next_check_at, chat_id)
      SELECT row.id, buyers.id, row.id, ${SERVICE}, ${COUNTRY}, 'waiting', ${PRICE_MICROS}, ${PRICE_MICROS}, ${provider},
        ${serviceCode}, ${countryCode}, row."upstreamId", row.phone, row."costMicros", row."rentedAt", row."rentedAt",
        row."expiresAt", row."rentedAt", row."telegramId"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row (id uuid, "telegramId" bigint, "upstreamId" text,
        phone text, "costMicros" bigint, "rentedAt" timestamptz, "expiresAt" timestamptz)
      JOIN buyers ON buyers.telegram_id = row."telegramId"`.execute(tx);
    await sql`
      SELECT post_transfer('hold:' || orders.id, 'bench', 'hold', available.id, held.id, orders.price_micros, orders.id, NULL,
        'bench', 'bench', now())
      FROM orders
      JOIN accounts available ON available.buyer_id = orders.buyer_id AND available.kind = 'available'
      JOIN accounts held ON held.buyer_id = orders.buyer_id AND held.kind = 'held'
      WHERE orders.provider = ${provider} AND orders.state = 'waiting'
        AND NOT EXISTS (SELECT FROM transfers WHERE idempotency_key = 'hold:' || orders.id)`.execute(tx);
  });
  return rentals;
}

function rent(market: Market, serviceCode: string | null, countryCode: string): MarketRental {
  const outcome = market.buy({ serviceCode, countryCode });
  if (outcome.kind !== "bought") throw new Error(`the pretend market did not sell: ${outcome.kind}`);
  return outcome.rental;
}
