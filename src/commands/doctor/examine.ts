import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { createDatabaseClock } from "../../db/database-clock.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { AdjustableTexts } from "../../shop/config/adjustable.ts";
import type { CryptoPay } from "../../topups/crypto-pay-client.ts";
import type { DatabaseSettings } from "../database-access.ts";
import { checkDatabase, checkDataDirectory } from "./database-checks.ts";
import { acceptProviderBalance, checkBooks, checkProvider } from "./provider-checks.ts";
import { fail, type Report, warn } from "./report.ts";
import { checkSettings } from "./settings-check.ts";
import { checkCryptoPay, checkPublicUrl, checkTelegram, type TelegramDeps } from "./telegram-checks.ts";
import { showWebhooks, type WebhookDeps } from "./webhook-checks.ts";

export interface DoctorDeps extends TelegramDeps, WebhookDeps {
  readonly report: Report;
  readonly logger: Logger;
  readonly database: DatabaseSettings;
  /** Null: Crypto Pay is off. */
  readonly cryptoPay: CryptoPay | null;
  /** The configured providers. With a database, they keep to their shared request budgets. */
  readonly createProviders: (db: Database | undefined, clock: Clock) => ReadonlyMap<string, Provider>;
  /** What the environment says of the settings that owners may change at the desk. */
  readonly adjustable: AdjustableTexts;
  /** The provider whose balance is accepted before the checks. */
  readonly accept: string | undefined;
}

/**
 * Checks everything that the shop needs and writes one line each. Changes nothing, except that `accept` takes a
 * provider's balance as the new baseline of its books. May run beside the shop.
 */
export async function examine(deps: DoctorDeps): Promise<void> {
  const { report, database } = deps;
  // In parallel, so that a slow Telegram does not delay what the database says.
  const [opened] = await Promise.all([
    checkDatabase(report, database, deps.logger),
    checkTelegram(report, deps),
    deps.cryptoPay ? checkCryptoPay(report, deps.cryptoPay) : undefined,
  ]);
  try {
    if (database.url === null) await checkDataDirectory(report, database.dataDir);
    if (opened?.isMigrated) await checkSettings(report, opened.db, deps.adjustable);
    await examineProviders(deps, opened?.isMigrated ? opened.db : undefined);
  } finally {
    await opened?.close();
  }
}

async function examineProviders(deps: DoctorDeps, db: Database | undefined): Promise<void> {
  const { report, logger, clock: machineClock } = deps;
  // The budgets and the books are shared with the shop: on its time, not on that of this machine.
  const clock = db ? await createDatabaseClock({ db, machine: machineClock, logger }) : machineClock;
  const providers = deps.createProviders(db, clock);
  const all = [...providers.values()];
  const pushOnly = all.filter(({ capabilities }) => !capabilities.poll).map(({ name }) => name);
  await checkPublicUrl(report, { publicUrl: deps.publicUrl, apiRoot: deps.apiRoot, pushOnly });
  await showWebhooks(report, deps, all, db);
  if (deps.accept !== undefined) await accept(deps, providers, db, deps.accept);
  await Promise.all(all.map((provider) => checkProvider(report, provider, db)));
  if (db) await checkBooks(report, { db, clock, machineClock, logger, providers });
  else
    report.line(
      "self-check",
      warn("left out: there are no tables to look at. Next: see database and migrations"),
    );
}

async function accept(
  deps: DoctorDeps,
  providers: ReadonlyMap<string, Provider>,
  db: Database | undefined,
  name: string,
): Promise<void> {
  const { report, clock, logger } = deps;
  const provider = providers.get(name);
  if (!provider) report.line(`accept ${name}`, fail("not in PROVIDERS. Next: check the name"));
  else if (!db) report.line(`accept ${name}`, fail("needs the database. Next: see database and migrations"));
  else await acceptProviderBalance(report, { db, clock, logger }, provider);
}
