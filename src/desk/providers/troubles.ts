import { addMs } from "../../core/clock.ts";
import { wholeCatalogue } from "../../core/scope.ts";
import type { Database } from "../../db/client.ts";
import { selectProviderHealth } from "../../db/queries/provider-health.ts";
import {
  type ProviderTrade,
  selectLeastCosts,
  selectProviderTrade,
  selectPurchaseAnswers,
} from "../../db/queries/provider-trade.ts";
import { selectSoldPairs } from "../../db/queries/sold-pairs.ts";
import { type Naming, nameScope } from "../scope-names.ts";
import { hoursLeft } from "./hours-left.ts";

/** From when on something is a trouble. */
export interface AlertLevels {
  /** A provider's balance lasts for fewer hours. */
  readonly hoursLeft: number;
  /** A provider delivers less than so many percent of what it usually does. */
  readonly deliveryPercent: number;
  /** A top pair costs over so many percent more than usual. */
  readonly priceRisePercent: number;
  /** Over so many percent of the tries at a provider found no number. */
  readonly noNumbersPercent: number;
}

export interface TroubleDeps {
  readonly alerts: AlertLevels;
  readonly db: Database;
  readonly providers: readonly string[];
  readonly catalog: Naming;
}

/** Something about trade that an owner should know. */
export interface Trouble {
  /** Also the name of its notice. */
  readonly kind: "hours_left" | "delivery_fell" | "price_rose" | "no_numbers" | "stock_empty";
  readonly subject: string;
  readonly params: Readonly<Record<string, string>>;
  /** Told again when it has halved; null: told once. */
  readonly level: bigint | null;
  /** Told in the quiet hours as well. */
  readonly isUrgent: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LEAST_SAMPLES = 20;
const LEAST_CALLS = 10;
const TOP_PAIRS = 10;
const LEAST_SOLD = 5;
/** An offer that was not seen for longer is not on sale. */
const FRESH_MS = 15 * MINUTE_MS;

/** Everything that is wrong with trade now. */
export async function findTroubles(deps: TroubleDeps, at: Date): Promise<readonly Trouble[]> {
  const { db, providers, alerts } = deps;
  const [week, hours6, minutes30, health] = await Promise.all([
    selectProviderTrade(db, addMs(at, -7 * DAY_MS)),
    selectProviderTrade(db, addMs(at, -6 * HOUR_MS)),
    selectPurchaseAnswers(db, addMs(at, -30 * MINUTE_MS)),
    selectProviderHealth(db, providers),
  ]);
  const ofShop = ({ provider }: { readonly provider: string }) => providers.includes(provider);
  return [
    ...health.flatMap(({ provider, balanceMicros }) =>
      moneyRunsOut(alerts, provider, balanceMicros, tradeOf(week, provider), at),
    ),
    ...hours6
      .filter(ofShop)
      .flatMap((recent) => deliveryFell(alerts, recent, tradeOf(week, recent.provider))),
    ...minutes30
      .filter(ofShop)
      .filter(({ calls, noStock }) => calls >= LEAST_CALLS && noStock * 100 > calls * alerts.noNumbersPercent)
      .map(({ provider, calls, noStock }) =>
        plain("no_numbers", provider, { provider, percent: percentOf(noStock, calls), count: String(calls) }),
      ),
    ...(await pairTroubles(deps, at)),
  ];
}

function plain(kind: Trouble["kind"], subject: string, params: Trouble["params"]): Trouble {
  return { kind, subject, params, level: null, isUrgent: false };
}

function tradeOf(rows: readonly ProviderTrade[], provider: string): ProviderTrade | undefined {
  return rows.find((row) => row.provider === provider);
}

function moneyRunsOut(
  { hoursLeft: few }: AlertLevels,
  provider: string,
  balanceMicros: bigint | null,
  week: ProviderTrade | undefined,
  at: Date,
): readonly Trouble[] {
  const hours = hoursLeft(balanceMicros, week, at);
  if (hours === null || hours >= few || balanceMicros === null) return [];
  const params = { provider, hours: hours.toFixed(1), amountMicros: balanceMicros.toString() };
  const level = BigInt(Math.round(hours * 60));
  return [{ kind: "hours_left", subject: provider, params, level, isUrgent: hours < 1 }];
}

function deliveryFell(
  { deliveryPercent }: AlertLevels,
  recent: ProviderTrade,
  week: ProviderTrade | undefined,
): readonly Trouble[] {
  if (!week || recent.rented < LEAST_SAMPLES) return [];
  const isLess = 100 * recent.received * week.rented < deliveryPercent * week.received * recent.rented;
  if (!isLess) return [];
  const { provider } = recent;
  const now = percentOf(recent.received, recent.rented);
  const usual = percentOf(week.received, week.rented);
  return [plain("delivery_fell", provider, { provider, now, usual, count: String(recent.rented) })];
}

/** Prices that rose and stocks that ran out, of what sells best. */
async function pairTroubles({ db, catalog, alerts }: TroubleDeps, at: Date): Promise<readonly Trouble[]> {
  const since = addMs(at, -7 * DAY_MS);
  const sold = await selectSoldPairs(db, { since, scope: wholeCatalogue, limit: TOP_PAIRS });
  const top = sold.filter((pair) => pair.sold >= LEAST_SOLD);
  const costs = await selectLeastCosts(db, top, addMs(at, -FRESH_MS));
  const troubles = await Promise.all(
    costs.map(async ({ serviceId, countryId, costMicros }): Promise<readonly Trouble[]> => {
      const subject = `${serviceId}/${countryId}`;
      const product = await nameScope(catalog, { serviceId, countryId, provider: null });
      if (costMicros === null) return [plain("stock_empty", subject, { product })];
      const usual = top.find((pair) => pair.serviceId === serviceId && pair.countryId === countryId);
      const usualMicros = usual?.meanCostMicros ?? 0n;
      if (usualMicros <= 0n || costMicros * 100n <= usualMicros * BigInt(100 + alerts.priceRisePercent))
        return [];
      const percent = ((costMicros - usualMicros) * 100n) / usualMicros;
      const amounts = { usualMicros: usualMicros.toString(), amountMicros: costMicros.toString() };
      const params = { product, percent: percent.toString(), ...amounts };
      return [plain("price_rose", subject, params)];
    }),
  );
  return troubles.flat();
}

function percentOf(part: number, whole: number): string {
  return String(whole === 0 ? 0 : Math.round((100 * part) / whole));
}
