import { acquireLease } from "../db/queries/leases.ts";
import type { DeskServiceDeps } from "./desk.ts";
import { tellTroubles } from "./providers/trade-alerts.ts";
import { pauseByItself } from "./switches/automatic-pause.ts";

/** What looks after trade without anybody at the desk. */
export interface TradeJobs {
  /** Every few seconds: the words of pauses, and the pause that begins and ends by itself. */
  watchPauses(): Promise<void>;
  /** Every minute or so, on one replica: troubles that owners are told of. */
  tellTroubles(): Promise<void>;
}

const LEASE_NAME = "trade-alerts";
/** Longer than one round. */
const LEASE_MS = 90_000;

export function createTradeJobs(
  deps: Omit<DeskServiceDeps, "shopZone" | "reportHour">,
  holder: string,
): TradeJobs {
  const parts = { ...deps, providers: [...deps.providers.keys()] };
  return {
    async watchPauses() {
      await deps.pauseWords.refresh();
      await pauseByItself(parts);
    },
    async tellTroubles() {
      if (await acquireLease(deps.db, LEASE_NAME, holder, LEASE_MS)) await tellTroubles(parts);
    },
  };
}
