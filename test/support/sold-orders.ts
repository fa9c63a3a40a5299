import type { Clock } from "../../src/core/clock.ts";
import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";

export interface Sold {
  readonly serviceId: string;
  readonly countryId: string;
  readonly count: number;
  readonly provider?: string;
  readonly costMicros?: bigint;
  /** How many of them received a code; left out: all. */
  readonly received?: number;
  readonly hoursAgo?: number;
}

let numbers = 1;

/** Orders that ended, as rows: what was sold before a test begins. */
export async function insertOrderOf(db: Database, clock: Clock, sold: Sold): Promise<void> {
  const at = new Date(clock.now().getTime() - (sold.hoursAgo ?? 1) * 3_600_000);
  const { id: buyerId } = await inTransaction(db, (tx) =>
    upsertBuyer(tx, { telegramId: 88, languageCode: "en", at }),
  );
  const received = sold.received ?? sold.count;
  await db
    .insertInto("orders")
    .values(
      Array.from({ length: sold.count }, (_, index) => ({
        id: newId(),
        buyer_id: buyerId,
        quote_id: newId(),
        service_id: sold.serviceId,
        country_id: sold.countryId,
        state: index < received ? "finished" : "expired",
        price_micros: 390_000n,
        cost_ceiling_micros: 370_000n,
        provider: sold.provider ?? "alpha",
        service_code: "wa",
        country_code: "16",
        upstream_id: `sold-${numbers++}`,
        phone: `+4477${String(numbers).padStart(8, "0")}`,
        cost_micros: sold.costMicros ?? 300_000n,
        placed_at: at,
        rented_at: at,
        received_at: index < received ? at : null,
        closed_at: at,
        chat_id: 88n,
      })),
    )
    .execute();
}
