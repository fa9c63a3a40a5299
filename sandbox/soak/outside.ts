import type { Clock } from "../../src/core/clock.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { type PretendCryptoPay, startPretendCryptoPay } from "../crypto-pay.ts";
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

/** What lies outside of the shop in a soak. */
export interface SoakOutside extends Outside {
  readonly cryptoPay: PretendCryptoPay;
}

/** The operator's money at each supplier when everything begins. */
export const startBalanceMicros = 1_000_000_000_000n;
/** The people in ADMIN_IDS. */
export const operatorIds = [700_000_001, 700_000_002] as const;
/** STAR_VALUE_USD. */
export const starMicros = 13_000n;
const PLENTY = 1_000_000;
const CRYPTO_TOKEN = "12345:pretend-crypto-pay-token";

/** A pretend Telegram, Crypto Pay, and suppliers that never run out; no SMS comes by itself. */
export async function startSoakOutside(
  clock: Clock,
  suppliers: Readonly<Record<string, Supplier>>,
): Promise<SoakOutside> {
  const telegram = await startPretendTelegram({ clock });
  const cryptoPay = await startPretendCryptoPay(CRYPTO_TOKEN);
  const providers = new Map<string, PretendProvider>();
  for (const [name, supplier] of Object.entries(suppliers)) {
    providers.set(name, await startSupplier(clock, name, supplier));
  }
  return {
    telegram,
    cryptoPay,
    providers,
    async close() {
      await telegram.close();
      await cryptoPay.close();
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}

function startSupplier(clock: Clock, name: string, supplier: Supplier): Promise<PretendProvider> {
  const { protocol, dialect = "plain", cancelAfterMs, lifetimeMs, sells = () => true } = supplier;
  const goods = goodsOf(protocol);
  const offers = goods.offers.filter(sells).map((offer) => ({ ...offer, stock: PLENTY }));
  const terms = { cancelAfterMs, lifetimeMs, balanceMicros: startBalanceMicros };
  const market = createMarket({ clock, ...goods, ...terms, offers });
  return startPretendProvider({ protocol, clock, dialect, market, key: `pretend-key-of-${name}` });
}

/** The operator's variables for many purchases by few buyers. */
export function soakEnvironment(
  outside: SoakOutside,
  further: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...environmentOf(outside),
    ADMIN_IDS: operatorIds.join(","),
    TOPUPS: "stars,crypto-pay,manual",
    STAR_VALUE_USD: "0.013",
    CRYPTO_PAY_TOKEN: CRYPTO_TOKEN,
    CRYPTO_PAY_API_ROOT: outside.cryptoPay.apiRoot,
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
