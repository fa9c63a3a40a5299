import type { Clock } from "../../src/core/clock.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { goodsOf } from "../providers/goods.ts";
import { createMarket } from "../providers/market.ts";
import type { MarketOffer } from "../providers/market-types.ts";
import { type PretendProvider, startPretendProvider } from "../providers/server.ts";
import { startPretendTelegram } from "../telegram/index.ts";
import { environmentOf, type Outside } from "../world.ts";

export interface Supplier {
  readonly protocol: Protocol;
  readonly dialect?: string;
  /** What it sells of its usual goods; left out: everything. */
  readonly sells?: (offer: MarketOffer) => boolean;
  readonly cancelAfterMs: number;
  readonly lifetimeMs: number;
}

/** The operator's money at each supplier when everything begins. */
export const startBalanceMicros = 1_000_000_000_000n;
const PLENTY = 1_000_000;

/** A pretend Telegram and suppliers that never run out; no SMS comes by itself. */
export async function startSoakOutside(
  clock: Clock,
  suppliers: Readonly<Record<string, Supplier>>,
): Promise<Outside> {
  const telegram = await startPretendTelegram({ clock });
  const providers = new Map<string, PretendProvider>();
  for (const [name, supplier] of Object.entries(suppliers)) {
    providers.set(name, await startSupplier(clock, supplier));
  }
  return {
    telegram,
    providers,
    async close() {
      await telegram.close();
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}

function startSupplier(clock: Clock, supplier: Supplier): Promise<PretendProvider> {
  const { protocol, dialect = "plain", cancelAfterMs, lifetimeMs, sells = () => true } = supplier;
  const goods = goodsOf(protocol);
  const offers = goods.offers.filter(sells).map((offer) => ({ ...offer, stock: PLENTY }));
  const terms = { cancelAfterMs, lifetimeMs, balanceMicros: startBalanceMicros };
  const market = createMarket({ clock, ...goods, ...terms, offers });
  return startPretendProvider({ protocol, clock, dialect, market });
}

/** The operator's variables for many purchases by few buyers. */
export function soakEnvironment(
  outside: Outside,
  further: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...environmentOf(outside),
    CANCEL_AFTER_SECONDS: "20",
    ORDER_LIFETIME_SECONDS: "300",
    MAX_OPEN_ORDERS: "1000",
    PURCHASES_PER_HOUR: "10000",
    CANCELS_PER_HOUR: "10000",
    NEW_BUYER_ORDERS_PER_DAY: "10000",
    SMS_RETENTION_HOURS: "8760",
    LOG_LEVEL: "debug",
    ...further,
  };
}
