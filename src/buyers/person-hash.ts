import { createHmac, randomBytes } from "node:crypto";
import type { Executor } from "../db/client.ts";
import { readOrCreateSetting } from "../db/queries/settings.ts";

const KEY = "person_hash_key";

/**
 * Stands for a person in place of the Telegram id: hex HMAC-SHA-256 under a key of this shop's own, made once. Without
 * the key nobody can tell whose hash it is, although there are few enough Telegram ids to try them all.
 */
export async function personHash(db: Executor, telegramId: number, at: Date): Promise<string> {
  const key = await readOrCreateSetting(db, KEY, () => randomBytes(32).toString("hex"), at);
  return createHmac("sha256", Buffer.from(key, "hex")).update(`telegram:${telegramId}`).digest("hex");
}
