import { createHmac, randomBytes } from "node:crypto";
import type { Executor } from "../db/client.ts";
import { readOrCreateSetting } from "../db/queries/settings.ts";

const KEY = "promo_code_key";

/**
 * Stands for codes in the database: hex HMAC-SHA-256 under a key of this shop's own, made once. Vouchers are money, so
 * whoever reads the tables must not find any. Give it codes as `normalizeCode` (core/promo-code.ts) returns them.
 */
export async function codeHasher(db: Executor, at: Date): Promise<(code: string) => string> {
  const key = await readOrCreateSetting(db, KEY, () => randomBytes(32).toString("hex"), at);
  return (code) => createHmac("sha256", Buffer.from(key, "hex")).update(`code:${code}`).digest("hex");
}
