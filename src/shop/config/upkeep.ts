import { z } from "zod";
import * as field from "./fields.ts";

const HOUR_MS = 3_600_000;

/** What keeps an eye on the shop, and on its data. */
export interface UpkeepSettings {
  /** Called every minute while all is well. Null: nobody watches from outside. */
  readonly heartbeatUrl: string | null;
  /** The group that operators are told in, by its id at Telegram. Null: each is told privately. */
  readonly operatorsChat: number | null;
  /** Null: no backups by itself. */
  readonly backups: { readonly dir: string; readonly everyMs: number; readonly keep: number } | null;
}

export const upkeepFields = {
  HEARTBEAT_URL: field.anyUrl.optional(),
  OPERATORS_CHAT: field.groupId.optional(),
  BACKUP_DIR: z.string().trim().optional(),
  BACKUP_EVERY_HOURS: field.wholeNumber(1, 720).default(24),
  BACKUP_KEEP: field.wholeNumber(1, 1000).default(7),
};

const upkeepSchema = z.object(upkeepFields);

export function upkeepOf(raw: z.output<typeof upkeepSchema>): UpkeepSettings {
  const { BACKUP_DIR: dir, BACKUP_EVERY_HOURS: hours, BACKUP_KEEP: keep } = raw;
  return {
    heartbeatUrl: raw.HEARTBEAT_URL?.trim() ?? null,
    operatorsChat: raw.OPERATORS_CHAT ?? null,
    backups: dir === undefined ? null : { dir, everyMs: hours * HOUR_MS, keep },
  };
}
