import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { environmentOf, startOutside } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import type { BenchContext } from "./bench.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured-process.ts";
import { introduce, limits, STOCK } from "./world.ts";

export interface ShopProcess {
  readonly telegram: PretendTelegram;
  readonly db: Database;
  readonly shop: MeasuredShop;
  /** Throws for a provider that was not requested at the start. */
  provider(name: string): PretendProvider;
  people(count: number): Promise<readonly PretendUser[]>;
  close(): Promise<void>;
}

/** The shop as an operator starts it, in a process of its own, with a pretend Telegram and pretend providers in this one. */
export async function startShopProcess(
  context: BenchContext,
  options: {
    readonly providers: Readonly<Record<string, Protocol>>;
    readonly env: Readonly<Record<string, string>>;
    /** What each request to a provider takes. */
    readonly providerDelayMs?: number;
  },
): Promise<ShopProcess> {
  const { connectionString, db } = await context.database();
  const outside = await startOutside({ clock: systemClock, providers: options.providers });
  for (const provider of outside.providers.values()) {
    for (const offer of provider.market.offers) offer.stock = STOCK;
    if (options.providerDelayMs !== undefined)
      provider.faults.add("*", faults.delay(options.providerDelayMs), Number.MAX_SAFE_INTEGER);
  }
  const shop = await startMeasuredShop({
    ...environmentOf(outside),
    DATABASE_URL: connectionString,
    ...limits,
    ...options.env,
  });
  return {
    telegram: outside.telegram,
    db,
    shop,
    provider(name) {
      const found = outside.providers.get(name);
      if (!found) throw new Error(`there is no provider ${name}`);
      return found;
    },
    people: (count) => introduce(outside.telegram, db, count),
    async close() {
      await shop.stop();
      await outside.close();
    },
  };
}
