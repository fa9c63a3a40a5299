import type { Logger } from "../core/logger.ts";
import type { Database, Executor } from "../db/client.ts";
import { selectDeskSettings, selectDeskSettingsVersion } from "../db/queries/desk-settings.ts";
import type { SettingsBook } from "../desk/settings/settings.ts";
import {
  type AdjustableName,
  type AdjustableTexts,
  type AdjustableValues,
  adjustableNames,
  isAdjustable,
  isSameValue,
  parseAdjustable,
  problemWith,
  standards,
} from "./config/adjustable.ts";

/** The settings that owners may change while the shop runs. What the desk says precedes the environment, which precedes the standard. */
export interface LiveSettings {
  /** As last read. Take it anew for each use: it is another object after a change. */
  readonly values: AdjustableValues;
  /** Reads again if anything changed. Called every few seconds in each process; after a failure the last values stay. */
  refresh(): Promise<void>;
}

/** How often each process looks: with what a look takes, a change is everywhere within 10 seconds. */
export const SETTINGS_REFRESH_MS = 5_000;

/** A setting that the environment and the desk give different values. The desk's is in force. */
export interface SettingConflict {
  readonly name: AdjustableName;
  readonly atDesk: string;
  readonly inEnvironment: string;
}

export async function createLiveSettings(deps: {
  readonly db: Database;
  readonly logger: Logger;
  readonly environment: AdjustableTexts;
}): Promise<LiveSettings> {
  const { db, logger, environment } = deps;
  let version = -1n;
  let values = parseAdjustable(environment);

  async function refresh(): Promise<void> {
    const current = await selectDeskSettingsVersion(db);
    if (current === version) return;
    const { texts, unusable } = await readDesk(db);
    for (const name of unusable)
      logger.warn({ setting: name }, "the desk's value of a setting is not understood and left out");
    values = parseAdjustable({ ...environment, ...texts });
    version = current;
  }

  await refresh();
  for (const { name } of await findConflicts(db, environment))
    logger.warn({ setting: name }, "the environment and the desk differ: the desk's value is in force");
  return {
    get values() {
      return values;
    },
    refresh,
  };
}

/** Where the environment and the desk differ, by what is stored now. */
export async function findConflicts(
  db: Executor,
  environment: AdjustableTexts,
): Promise<readonly SettingConflict[]> {
  const { texts } = await readDesk(db);
  return adjustableNames.flatMap((name) => {
    const [atDesk, inEnvironment] = [texts[name], environment[name]];
    if (atDesk === undefined || inEnvironment === undefined) return [];
    return isSameValue(name, atDesk, inEnvironment) ? [] : [{ name, atDesk, inEnvironment }];
  });
}

/** What is stored; `unusable` is what another version of the shop has stored and this one does not take. */
async function readDesk(db: Executor): Promise<{ texts: AdjustableTexts; unusable: readonly string[] }> {
  const rows = await selectDeskSettings(db);
  const isUsable = ({ name, value }: { name: string; value: string }): boolean =>
    isAdjustable(name) && problemWith(name, value) === undefined;
  return {
    texts: Object.fromEntries(rows.filter(isUsable).map(({ name, value }) => [name, value])),
    unusable: rows.filter((row) => !isUsable(row)).map(({ name }) => name),
  };
}

/** The list of settings as the desk shows and checks it. */
export function createSettingsBook(environment: AdjustableTexts): SettingsBook {
  return {
    names: adjustableNames,
    has: isAdjustable,
    problemWith: (name, text) => (isAdjustable(name) ? problemWith(name, text) : "is no setting"),
    inEnvironment: (name) => (isAdjustable(name) ? (environment[name] ?? null) : null),
    standard: (name) => (isAdjustable(name) ? standards[name] : null),
  };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The settings as the parts of the shop take them. Every property and function tells the value of the moment. */
export function createSettingReaders(live: Pick<LiveSettings, "values">) {
  return {
    limits: {
      get maxOpenOrders() {
        return live.values.MAX_OPEN_ORDERS;
      },
      get purchasesPerHour() {
        return live.values.PURCHASES_PER_HOUR;
      },
      get cancelsPerHour() {
        return live.values.CANCELS_PER_HOUR;
      },
      get newBuyerOrdersPerDay() {
        return live.values.NEW_BUYER_ORDERS_PER_DAY;
      },
    },
    /** The price terms where no rule says others. */
    pricing: {
      get markupBasisPoints() {
        return live.values.MARKUP_PERCENT;
      },
      get minProfitMicros() {
        return live.values.MIN_PROFIT_USD;
      },
    },
    /** What one person may move by hand in a day. */
    caps: {
      get support() {
        return live.values.SUPPORT_CAP_USD;
      },
      get accountant() {
        return live.values.ACCOUNTANT_CAP_USD;
      },
    },
    priceStep: () => live.values.PRICE_STEP,
    /** When owners are told of trade. */
    alerts: {
      get hoursLeft() {
        return live.values.ALERT_HOURS_LEFT;
      },
      get deliveryPercent() {
        return live.values.ALERT_DELIVERY_PERCENT;
      },
      get priceRisePercent() {
        return live.values.ALERT_PRICE_RISE_PERCENT;
      },
      get noNumbersPercent() {
        return live.values.ALERT_NO_NUMBERS_PERCENT;
      },
      get quietHours() {
        return live.values.QUIET_HOURS.hours;
      },
      get zone() {
        return live.values.SHOP_ZONE;
      },
    },
    starValueMicros: () => live.values.STAR_VALUE_USD,
    smsRetentionHours: () => live.values.SMS_RETENTION_HOURS,
    smsRetentionMs: () => live.values.SMS_RETENTION_HOURS * HOUR_MS,
    supportContact: () => live.values.SUPPORT_CONTACT ?? null,
    shopZone: () => live.values.SHOP_ZONE,
    reportHour: () => live.values.REPORT_HOUR,
    remindAfterMs: () => live.values.REMIND_AFTER_MINUTES * MINUTE_MS,
  };
}

export type SettingReaders = ReturnType<typeof createSettingReaders>;
