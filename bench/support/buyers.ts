import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { acceptTerms, upsertBuyer } from "../../src/db/queries/buyers.ts";
import { ensureSystemAccounts } from "../../src/db/queries/ledger.ts";
import { TERMS_VERSION } from "../../src/texts/index.ts";
import { system } from "../../src/wallet/accounts.ts";
import { adjust } from "../../src/wallet/wallet.ts";

/** A balance that no bench can spend. */
const PLENTY_MICROS = 10n ** 15n;

/** A buyer with money who has accepted the terms; returns the id. */
export async function createBuyer(db: Database, telegramId: number): Promise<string> {
  const at = new Date();
  await ensureSystemAccounts(db, [system.adjustments]);
  const { id } = await upsertBuyer(db, { telegramId, languageCode: "en", at });
  await acceptTerms(db, id, TERMS_VERSION, at);
  await adjust(db, {
    key: newId(),
    buyerId: id,
    amountMicros: PLENTY_MICROS,
    actor: "bench",
    reason: "bench",
    at,
  });
  return id;
}

export async function createBuyers(db: Database, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let telegramId = 1; telegramId <= count; telegramId += 1) ids.push(await createBuyer(db, telegramId));
  return ids;
}
