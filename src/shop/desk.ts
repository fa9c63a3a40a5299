import type { Api } from "grammy";
import { createDoor, type Desk } from "../bot/desk/door.ts";
import { findPlace } from "../bot/desk/find.ts";
import { createDeskScreens } from "../bot/desk/screens.ts";
import { createShowBroadcast } from "../bot/outbox/broadcast.ts";
import { readBackupMadeAt } from "../db/queries/settings.ts";
import { createDeskServices, type DeskServiceDeps, type DeskServices } from "../desk/desk.ts";
import { createTradeJobs, type TradeJobs } from "../desk/trade-jobs.ts";
import { languages } from "../texts/index.ts";
import { createSettingsBook } from "./live-settings.ts";
import type { ServiceDeps } from "./service-deps.ts";

/** The desk as the chat sees it, and what the shop itself runs of it. */
export interface ShopDesk {
  readonly desk: Desk;
  readonly services: Pick<DeskServices, "figures" | "dailyReport" | "painter">;
  readonly trade: TradeJobs;
}

type DeskParts = Pick<
  DeskServiceDeps,
  "catalog" | "providers" | "recordProbe" | "pauseWords" | "orders" | "topups" | "onMessages"
> & { readonly holder: string; readonly api: Api };

/** The operators' desk: its services, and above them its screens. */
export function createDesk(deps: ServiceDeps, { holder, api, ...parts }: DeskParts): ShopDesk {
  const { config, db, clock, logger, settings, liveSettings } = deps;
  const { caps, shopZone, reportHour, pricing } = settings;
  const deskDeps: DeskServiceDeps = {
    db,
    clock,
    logger,
    caps,
    shopZone,
    reportHour,
    startingPrices: pricing,
    ownerIds: config.adminIds,
    gateways: config.topups.gateways,
    settingsBook: createSettingsBook(config.adjustable),
    refreshSettings: liveSettings.refresh,
    backupMadeAt: () => readBackupMadeAt(db),
    showBroadcast: createShowBroadcast(api),
    languages: languages.map(({ language }) => language),
    ...parts,
  };
  const services = createDeskServices(deskDeps);
  const { staff } = services;
  const door = createDoor({ staff, screens: createDeskScreens(services) });
  return {
    desk: { staff, door, searchPlace: findPlace },
    services,
    trade: createTradeJobs(deskDeps, holder),
  };
}
