import type { Executor } from "../client.ts";

const LIMIT = 100;

/** How many open orders each provider has that is not among `providers`. */
export async function selectOpenOrdersElsewhere(
  db: Executor,
  providers: readonly string[],
): Promise<{ provider: string; count: number }[]> {
  const rows = await db
    .selectFrom("orders")
    .select((eb) => ["provider", eb.fn.countAll<bigint>().as("count")])
    .where("closed_at", "is", null)
    .where("provider", "is not", null)
    .groupBy("provider")
    .orderBy("provider")
    .execute();
  return rows.flatMap(({ provider, count }) =>
    provider === null || providers.includes(provider) ? [] : [{ provider, count: Number(count) }],
  );
}

/** Orders in doubt of which no attempt is in doubt. */
export async function selectDoubtsWithoutAttempt(db: Executor): Promise<string[]> {
  const rows = await db
    .selectFrom("orders")
    .select("id")
    .where("state", "=", "in_doubt")
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("order_attempts")
            .select("order_attempts.id")
            .whereRef("order_attempts.order_id", "=", "orders.id")
            .where("order_attempts.outcome", "=", "in_doubt"),
        ),
      ),
    )
    .orderBy("placed_at")
    .limit(LIMIT)
    .execute();
  return rows.map(({ id }) => id);
}
