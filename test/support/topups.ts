import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { findByTelegramId, upsertBuyer } from "../../src/db/queries/buyers.ts";
import { ensureSystemAccounts } from "../../src/db/queries/ledger.ts";
import { createTopups, type TopupJobs } from "../../src/topups/create-topups.ts";
import { createCryptoPay } from "../../src/topups/crypto-pay-client.ts";
import type { StarsApi, StarTransaction, TopupDeps } from "../../src/topups/topup-deps.ts";
import type { StarsPayment, Topups } from "../../src/topups/topups.ts";
import { systemAccounts } from "../../src/wallet/accounts.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";

export interface TestTopups {
  readonly topups: Topups & TopupJobs;
  readonly clock: TestClock;
  readonly stars: ScriptedStars;
  /** A payment as Telegram does it: its list shows it, then an update tells of it. */
  pay(payment: StarsPayment): Promise<void>;
  /** A refund, likewise. */
  refundByTelegram(refund: { chargeId: string; telegramId: number; stars: number }): Promise<void>;
  buyer(): Promise<{ buyerId: string; telegramId: number }>;
  messages(kind: string): Promise<Record<string, unknown>[]>;
}

export interface ScriptedStars extends StarsApi {
  readonly refunds: string[];
  readonly list: StarTransaction[];
  onRefund: () => void | Promise<void>;
}

/** Top-ups on a real database with a scripted Telegram side. */
export async function createTestTopups(
  db: Database,
  options: {
    cryptoPay?: { token: string; apiRoot: string };
    operatorChatIds?: readonly number[];
    starValueMicros?: () => bigint;
  } & Pick<TopupDeps, "onTopup"> = {},
): Promise<TestTopups> {
  const clock = createTestClock();
  const stars: ScriptedStars = {
    refunds: [],
    list: [],
    onRefund: () => undefined,
    async refund(_telegramId, chargeId) {
      stars.refunds.push(chargeId);
      await stars.onRefund();
    },
    transactions: async (offset, limit) => stars.list.slice(offset, offset + limit),
  };
  const deps: TopupDeps = {
    db,
    clock,
    logger: createTestLogger(),
    gateways: ["stars", "crypto-pay", "manual"],
    starValueMicros: options.starValueMicros ?? (() => 13_000n),
    stars,
    cryptoPay: options.cryptoPay ? createCryptoPay(options.cryptoPay) : null,
    checkpoint: () => undefined,
    onMessages: () => undefined,
    operatorChatIds: options.operatorChatIds ?? [1],
    ...(options.onTopup && { onTopup: options.onTopup }),
  };
  await ensureSystemAccounts(db, systemAccounts(deps.gateways, []));
  await db.deleteFrom("outbox").execute();
  // Each scripted Telegram begins a list of its own.
  await db.deleteFrom("settings").where("key", "like", "stars_%").execute();
  const topups = createTopups(deps);
  const tell = async (transaction: StarTransaction, direction: "in" | "out"): Promise<void> => {
    const isListed = stars.list.some((other) => other.id === transaction.id && other.direction === direction);
    if (!isListed) stars.list.push(transaction);
    await topups.confirmStars({ chargeId: transaction.id, direction });
  };
  return {
    topups,
    pay: ({ chargeId, paidAt, ...rest }) =>
      tell({ ...rest, id: chargeId, at: paidAt, direction: "in" }, "in"),
    refundByTelegram: ({ chargeId, ...rest }) =>
      tell({ ...rest, id: chargeId, at: clock.now(), direction: "out", payload: null }, "out"),
    clock,
    stars,
    async buyer() {
      const telegramId = Number.parseInt(newId().slice(-10), 16);
      await upsertBuyer(db, { telegramId, languageCode: "en", at: clock.now() });
      const buyer = await findByTelegramId(db, telegramId);
      if (!buyer) throw new Error("no buyer");
      return { buyerId: buyer.id, telegramId };
    },
    async messages(kind) {
      const rows = await db
        .selectFrom("outbox")
        .select("payload")
        .where("kind", "=", kind)
        .orderBy("id")
        .execute();
      return rows.map((row) => row.payload as Record<string, unknown>);
    },
  };
}
