import { randomBytes } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { deriveWebhookSecrets } from "../core/webhook-secrets.ts";
import type { Executor } from "../db/client.ts";
import { readOrCreateSetting, readSetting, writeSetting } from "../db/queries/settings.ts";

const MASTER = "webhook_master";
/**
 * Made by migration 0016 in a shop that older versions ran, which showed the secret itself to every provider. Empty: not
 * started since; else the fingerprint of the WEBHOOK_SECRET that the first start found.
 */
const SHOWN_MASTER = "webhook_master_shown";
const NONE = "none";

/** The master of all webhook secrets: WEBHOOK_SECRET, or one that is generated and kept in the database. */
export async function prepareWebhookMaster(deps: {
  readonly db: Executor;
  readonly clock: Clock;
  readonly logger: Logger;
  /** WEBHOOK_SECRET; null: not set. */
  readonly configured: string | null;
}): Promise<string> {
  const { db, clock, logger, configured } = deps;
  if ((await readSetting(db, SHOWN_MASTER)) === "") {
    const shown = configured === null ? NONE : deriveWebhookSecrets(configured).fingerprint;
    await writeSetting(db, SHOWN_MASTER, shown, clock.now());
  }
  if (configured === null) {
    const make = (): string => randomBytes(32).toString("base64url");
    return await readOrCreateSetting(db, MASTER, make, clock.now());
  }
  if (await wasMasterShown(db, configured)) {
    logger.warn({}, "providers may know WEBHOOK_SECRET from an older version: change it once");
  }
  return configured;
}

/** The master in use; undefined: it is generated at the first start, which has not happened yet. */
export async function readWebhookMaster(
  db: Executor,
  configured: string | null,
): Promise<string | undefined> {
  return configured ?? (await readSetting(db, MASTER));
}

/** Whether this WEBHOOK_SECRET was in use when older versions showed it to every provider. */
export async function wasMasterShown(db: Executor, configured: string): Promise<boolean> {
  const shown = await readSetting(db, SHOWN_MASTER);
  return shown === "" || shown === deriveWebhookSecrets(configured).fingerprint;
}
