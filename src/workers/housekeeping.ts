import { addMs, type Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { purgeNamedPurchases } from "../db/queries/api-buyers.ts";
import { purgeRecipients } from "../db/queries/broadcasts.ts";
import { purgeConversationStates } from "../db/queries/conversation-states.ts";
import { purgeLeases } from "../db/queries/desk-queue.ts";
import { purgeDrafts } from "../db/queries/drafts.ts";
import { purgeCarriedActions } from "../db/queries/forgotten-people.ts";
import { purgeSms, purgeUnusedQuotes } from "../db/queries/housekeeping.ts";
import { purgeUpdates } from "../db/queries/inbox.ts";
import { purgeCatalogChanges } from "../db/queries/market.ts";
import { deleteOldUnclaimedSms } from "../db/queries/order-sms.ts";
import { purgeMessages } from "../db/queries/outbox.ts";
import { purgeStaffLinks } from "../db/queries/staff.ts";
import { purgeAlerts } from "../db/queries/stock-alerts.ts";
import { purgeChats } from "../db/queries/telegram-budget.ts";
import { createLoop, type Loop } from "./loop.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVERY_MS = 10 * 60_000;
/** Telegram repeats an update for 24 hours; until twice as long after that it is still known. */
const INBOX_MS = 48 * HOUR_MS;
const FAILED_UPDATES_MS = 30 * DAY_MS;
const OUTBOX_MS = 7 * DAY_MS;
/** Telegram looks back a minute. */
const CHATS_MS = HOUR_MS;
const QUOTES_MS = DAY_MS;
const CONVERSATIONS_MS = DAY_MS;
/** A reseller's client may repeat a purchase by its name for a day. */
const NAMED_PURCHASES_MS = DAY_MS;
/** A confirmation that is delivered again finds its draft used for as long as Telegram may repeat an update. */
const DRAFTS_MS = 2 * DAY_MS;
/** Telegram deletes a bot's message for two days; afterwards who got a broadcast is of no use. Its counts stay. */
const RECIPIENTS_MS = 30 * DAY_MS;
const STAFF_LINKS_MS = DAY_MS;
/** What people did before their data was deleted: twice as long as the longest limit looks back. */
const CARRIED_ACTIONS_MS = 48 * HOUR_MS;
/** An SMS is kept for a purchase that is under way. None takes this long. */
const UNCLAIMED_SMS_MS = HOUR_MS;
/** A process asks for changes since its last look at a service; what it has not looked at for so long it has forgotten. */
const CATALOG_CHANGES_MS = 6 * HOUR_MS;

export interface HousekeepingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long codes and texts of SMS are kept after they came, as it is set now. */
  readonly smsRetentionMs: () => number;
}

/** How many rows each purge touched. */
export interface Housekept {
  readonly updates: number;
  readonly messages: number;
  readonly chats: number;
  readonly quotes: number;
  readonly sms: number;
  readonly unclaimedSms: number;
  readonly conversations: number;
  readonly carriedActions: number;
  readonly catalogChanges: number;
  readonly stockAlerts: number;
  readonly namedPurchases: number;
  readonly drafts: number;
  readonly staffLinks: number;
  readonly queueLeases: number;
  readonly broadcastRecipients: number;
}

/** Deletes what is no longer needed, once. Several replicas may do it at the same time. */
export async function keepHouse(deps: HousekeepingDeps): Promise<Housekept> {
  const { db, clock } = deps;
  const now = clock.now();
  const ago = (ms: number): Date => addMs(now, -ms);
  return {
    updates: await purgeUpdates(db, ago(INBOX_MS), ago(FAILED_UPDATES_MS)),
    messages: await purgeMessages(db, ago(OUTBOX_MS)),
    chats: await purgeChats(db, ago(CHATS_MS)),
    quotes: await purgeUnusedQuotes(db, ago(QUOTES_MS)),
    sms: await purgeSms(db, ago(deps.smsRetentionMs()), now),
    unclaimedSms: await deleteOldUnclaimedSms(db, ago(UNCLAIMED_SMS_MS)),
    conversations: await purgeConversationStates(db, ago(CONVERSATIONS_MS)),
    carriedActions: await purgeCarriedActions(db, ago(CARRIED_ACTIONS_MS)),
    stockAlerts: await purgeAlerts(db, now),
    namedPurchases: await purgeNamedPurchases(db, ago(NAMED_PURCHASES_MS)),
    catalogChanges: await purgeCatalogChanges(db, ago(CATALOG_CHANGES_MS)),
    drafts: await purgeDrafts(db, ago(DRAFTS_MS)),
    staffLinks: await purgeStaffLinks(db, ago(STAFF_LINKS_MS)),
    queueLeases: await purgeLeases(db, now),
    broadcastRecipients: await purgeRecipients(db, ago(RECIPIENTS_MS)),
  };
}

export function createHousekeeping(deps: HousekeepingDeps): Loop {
  return createLoop({
    name: "housekeeping",
    everyMs: EVERY_MS,
    clock: deps.clock,
    logger: deps.logger,
    async run() {
      const counts = await keepHouse(deps);
      deps.logger.debug(counts, "house kept");
      return "idle";
    },
  });
}
