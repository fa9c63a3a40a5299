import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import type { Database } from "../../db/client.ts";
import { type ProviderHealthRow, selectProviderHealth } from "../../db/queries/provider-health.ts";
import {
  selectErrorKinds,
  selectPriceAges,
  selectProviderTrade,
  selectPurchaseAnswers,
} from "../../db/queries/provider-trade.ts";
import { readSetting } from "../../db/queries/settings.ts";
import { type SwitchRow, selectSwitches } from "../../db/queries/switches.ts";
import { selectOpenAlerts, type TradeAlert } from "../../db/queries/trade-alerts.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import { hoursLeft } from "./hours-left.ts";

export interface ProvidersDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** With their circuits: what a probe brings is recorded. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly recordProbe: (provider: string) => Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** One provider as the list shows it. */
export interface ProviderLine {
  readonly name: string;
  /** Undefined: not heard of yet. */
  readonly health: ProviderHealthRow | undefined;
  /** An operator has switched it off. */
  readonly off: SwitchRow | undefined;
  /** Null: nothing was sold, or the balance is not known. */
  readonly hoursLeft: number | null;
  readonly rented24h: number;
  readonly received24h: number;
  /** Of purchase calls in 24 hours. */
  readonly p95Ms: number | null;
}

export interface ProviderCard extends ProviderLine {
  readonly errors: readonly { readonly kind: string; readonly count: number }[];
  readonly pricesAt: Date | null;
  readonly topupLink: string | null;
}

/** The answer to a question that an operator makes a provider answer. */
export type ProbeResult =
  | { readonly kind: "answered"; readonly balanceMicros: bigint | null }
  | { readonly kind: "failed"; readonly reason: string };

export interface ProviderDesk {
  lines(): Promise<readonly ProviderLine[]>;
  /** Throws DeskRefusal "not_found". */
  card(name: string): Promise<ProviderCard>;
  alerts(): Promise<readonly TradeAlert[]>;
  /** Asks the provider for its balance, or for its countries where it has none. The answer is recorded as any other is. */
  probe(name: string): Promise<ProbeResult>;
}

/** The setting that holds where the operator tops this provider up. */
export function topupLinkKey(provider: string): string {
  return `desk.topup_link.${provider}`;
}

export function createProviderDesk(deps: ProvidersDeps): ProviderDesk {
  const { db, clock } = deps;
  const names = [...deps.providers.keys()];

  async function lines(): Promise<readonly ProviderLine[]> {
    const now = clock.now();
    const dayAgo = addMs(now, -DAY_MS);
    const [health, switches, week, day, answers] = await Promise.all([
      selectProviderHealth(db, names),
      selectSwitches(db, now),
      selectProviderTrade(db, addMs(now, -7 * DAY_MS)),
      selectProviderTrade(db, dayAgo),
      selectPurchaseAnswers(db, dayAgo),
    ]);
    return names.map((name) => {
      const isIt = ({ provider }: { readonly provider: string | null }) => provider === name;
      const row = health.find(isIt);
      const today = day.find(isIt);
      return {
        name,
        health: row,
        off: switches.find((off) => isIt(off) && off.serviceId === null && off.countryId === null),
        hoursLeft: hoursLeft(row?.balanceMicros ?? null, week.find(isIt), now),
        rented24h: today?.rented ?? 0,
        received24h: today?.received ?? 0,
        p95Ms: answers.find(isIt)?.p95Ms ?? null,
      };
    });
  }

  return {
    lines,
    async card(name) {
      const line = (await lines()).find((one) => one.name === name);
      if (!line) throw new DeskRefusal("not_found");
      const [errors, ages, link] = await Promise.all([
        selectErrorKinds(db, name, addMs(clock.now(), -DAY_MS)),
        selectPriceAges(db),
        readSetting(db, topupLinkKey(name)),
      ]);
      return { ...line, errors, pricesAt: ages.get(name) ?? null, topupLink: link ?? null };
    },
    alerts: () => selectOpenAlerts(db),
    async probe(name) {
      const provider = deps.providers.get(name);
      if (!provider) throw new DeskRefusal("not_found");
      try {
        const balance = await provider.balance({ priority: "tap" });
        if (balance) return { kind: "answered", balanceMicros: balance.balanceMicros };
        await provider.countries({ priority: "tap" });
        await deps.recordProbe(name);
        return { kind: "answered", balanceMicros: null };
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return { kind: "failed", reason: error.kind };
      }
    },
  };
}
