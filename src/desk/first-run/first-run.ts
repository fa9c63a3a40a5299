import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import { selectShopBeginnings } from "../../db/queries/first-run.ts";
import type { Settings } from "../settings/settings.ts";

const BACKUP_MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;
/** A margin counts as set when somebody has said what it is. */
const MARGIN = ["MARKUP_PERCENT", "MIN_PROFIT_USD"];

export const firstSteps = [
  "provider",
  "offers",
  "margin",
  "topups",
  "contact",
  "purchase",
  "backup",
] as const;
export type FirstStep = (typeof firstSteps)[number];

export interface FirstStepState {
  readonly step: FirstStep;
  readonly isDone: boolean;
  /** What was found: names, a count, a day. Plain text; empty where there is nothing to add. */
  readonly found: string;
}

export interface FirstRunDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ownerIds: readonly number[];
  readonly providerNames: readonly string[];
  /** The ways to top up that are on. */
  readonly gateways: readonly string[];
  readonly settings: Settings;
  /** When the last backup that the shop knows of was made. */
  readonly backupMadeAt: () => Promise<Date | null>;
}

export interface FirstRun {
  /** What a new shop still needs, by facts; null: it has sold to somebody, or has everything. */
  checklist(): Promise<readonly FirstStepState[] | null>;
}

export function createFirstRun(deps: FirstRunDeps): FirstRun {
  return {
    async checklist() {
      const { db, providerNames: providers, ownerIds } = deps;
      const beginnings = await selectShopBeginnings(db, { providers, ownerIds });
      if (beginnings.hasSale) return null;
      const { paidProviders, offers, hasPriceRules, hasOwnersSale } = beginnings;
      const [settings, backup] = await Promise.all([deps.settings.list(), deps.backupMadeAt()]);
      const margin = settings.filter(({ name, origin }) => MARGIN.includes(name) && origin !== "default");
      const contact = settings.find(({ name }) => name === "SUPPORT_CONTACT")?.value ?? null;
      const isRecent = backup !== null && backup >= addMs(deps.clock.now(), -BACKUP_MAX_AGE_MS);
      const states: Readonly<Record<FirstStep, Omit<FirstStepState, "step">>> = {
        provider: { isDone: paidProviders.length > 0, found: paidProviders.join(", ") },
        offers: { isDone: offers > 0, found: String(offers) },
        margin: { isDone: hasPriceRules || margin.length > 0, found: "" },
        topups: { isDone: deps.gateways.length > 0, found: deps.gateways.join(", ") },
        contact: { isDone: contact !== null, found: contact ?? "" },
        purchase: { isDone: hasOwnersSale, found: "" },
        backup: { isDone: isRecent, found: backup === null ? "" : backup.toISOString().slice(0, 10) },
      };
      const list = firstSteps.map((step) => ({ step, ...states[step] }));
      return list.every(({ isDone }) => isDone) ? null : list;
    },
  };
}
