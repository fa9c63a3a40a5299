import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogInspection } from "../catalog/catalog-inspection.ts";
import type { PriceTerms } from "../catalog/prices/pricing.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type PriceStep, priceSteps } from "../core/price-step.ts";
import type { Database } from "../db/client.ts";
import type { ChangeDeps } from "../operations/changes.ts";
import type { OrdersForOperators } from "../orders/orders.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import { type Audit, createAudit } from "./audit/audit.ts";
import { broadcastKinds } from "./broadcast/broadcast-kinds.ts";
import { type Broadcasts, type BroadcastsDeps, createBroadcasts } from "./broadcast/broadcasts.ts";
import { codeKinds } from "./codes/code-kinds.ts";
import { type Codes, createCodes } from "./codes/codes.ts";
import type { AnyDraftKind, Fact } from "./drafts/draft-kind.ts";
import { createDrafts, type Drafts } from "./drafts/drafts.ts";
import { createFigures, type Figures } from "./figures/figures.ts";
import { createFigureFiles, type FigureFiles } from "./figures/files.ts";
import { createDailyReport, type DailyReport } from "./figures/report.ts";
import { type Cards, createCards } from "./find/cards.ts";
import { createFind, type Find } from "./find/find.ts";
import { createFirstRun, type FirstRun, type FirstRunDeps } from "./first-run/first-run.ts";
import { moneyKinds } from "./money/kinds.ts";
import { type CheckNow, createCheckNow } from "./orders/check-now.ts";
import { orderKinds } from "./orders/kinds.ts";
import { peopleKinds } from "./people/kinds.ts";
import { createPainter, type Painter } from "./pictures/painter.ts";
import { stepEffect } from "./prices/price-effect.ts";
import { priceKinds } from "./prices/price-kinds.ts";
import { createPrices, type Prices } from "./prices/prices.ts";
import { providerKinds } from "./providers/provider-kinds.ts";
import { createProviderDesk, type ProviderDesk } from "./providers/providers.ts";
import type { AlertSettings } from "./providers/trade-alerts.ts";
import { receiptKinds } from "./queue/kinds.ts";
import { createQueue, type Queue } from "./queue/queue.ts";
import { resellerKinds } from "./resellers/kinds.ts";
import { createResellers, type Resellers } from "./resellers/resellers.ts";
import { createSettings, type Settings, type SettingsDeps, settingKind } from "./settings/settings.ts";
import { createStaffBook, type StaffBook } from "./staff/staff.ts";
import { pauseKinds } from "./switches/pause-kinds.ts";
import type { PauseWords } from "./switches/pause-words.ts";
import { switchKinds } from "./switches/switch-kinds.ts";
import { createSwitches, type Switches } from "./switches/switches.ts";

export interface DeskServiceDeps
  extends Pick<SettingsDeps, "settingsBook" | "refreshSettings">,
    Pick<FirstRunDeps, "gateways" | "backupMadeAt">,
    Pick<BroadcastsDeps, "showBroadcast" | "languages">,
    ChangeDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  /** The shop's time zone, as it is set now. */
  readonly shopZone: () => string;
  /** The hour of the shop's wall clock at which the daily report is sent, 0 to 23. */
  readonly reportHour: () => number;
  readonly onMessages: () => void;
  readonly catalog: Catalog & CatalogInspection;
  /** With their circuits: what a probe brings is recorded. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly recordProbe: (provider: string) => Promise<void>;
  /** The environment's price terms, which apply where no rule does. */
  readonly startingPrices: PriceTerms;
  /** What prices are rounded up to, as it is set now. */
  readonly priceStep: () => PriceStep;
  /** When owners are told of trade, as it is set now. */
  readonly alerts: AlertSettings;
  readonly pauseWords: PauseWords;
  readonly orders: OrdersForOperators;
  readonly topups: Pick<TopupJobs, "beginRefund" | "finishRefund" | "decideIn" | "decideManual">;
}

/** What the screens of the desk call. A field a subject, each made by its folder. */
export interface DeskServices {
  readonly staff: StaffBook;
  readonly drafts: Drafts;
  readonly broadcasts: Broadcasts;
  readonly prices: Prices;
  readonly switches: Switches;
  readonly resellers: Resellers;
  readonly providers: ProviderDesk;
  readonly find: Find;
  readonly cards: Cards;
  readonly queue: Queue;
  readonly audit: Audit;
  readonly checkNow: CheckNow;
  readonly figures: Figures;
  readonly figureFiles: FigureFiles;
  readonly dailyReport: DailyReport;
  readonly painter: Painter;
  readonly settings: Settings;
  readonly codes: Codes;
  readonly firstRun: FirstRun;
  /** For names. */
  readonly catalog: Pick<Catalog, "service" | "country">;
}

export function createDeskServices(given: DeskServiceDeps): DeskServices {
  const staff = createStaffBook(given);
  const figures = createFigures(given);
  const settings = createSettings(given);
  const deps = { ...given, staff, figures, settings };
  return {
    staff,
    drafts: createDrafts({ ...deps, kinds: draftKinds(given) }),
    broadcasts: createBroadcasts(deps),
    find: createFind(deps),
    cards: createCards(deps),
    queue: createQueue(deps),
    audit: createAudit(deps),
    checkNow: createCheckNow(deps),
    figures,
    figureFiles: createFigureFiles(deps),
    dailyReport: createDailyReport(deps),
    painter: createPainter(deps),
    settings,
    codes: createCodes(deps),
    firstRun: createFirstRun({ ...deps, providerNames: [...deps.providers.keys()] }),
    catalog: given.catalog,
    prices: createPrices({ ...deps, starting: deps.startingPrices, providers: [...deps.providers.keys()] }),
    switches: createSwitches(deps),
    providers: createProviderDesk(deps),
    resellers: createResellers(deps),
  };
}

/** Every kind of change that is made through a draft. */
function draftKinds(deps: DeskServiceDeps): readonly AnyDraftKind[] {
  return [
    ...moneyKinds(deps),
    ...peopleKinds(deps),
    ...orderKinds(deps.orders),
    ...receiptKinds(deps),
    settingKind({ ...deps, effectsOf: (name, value) => settingEffects(deps, name, value) }),
    ...codeKinds(deps),
    ...priceKinds({ ...deps, starting: deps.startingPrices }),
    ...switchKinds(deps),
    ...pauseKinds({ ...deps, onPaused: deps.pauseWords.refresh }),
    ...providerKinds(),
    ...resellerKinds(deps),
    ...broadcastKinds(deps),
  ];
}

/** What else a setting means, for the preview of its change. */
async function settingEffects(
  deps: DeskServiceDeps,
  name: string,
  value: string | null,
): Promise<readonly Fact[]> {
  const step = name === "PRICE_STEP" ? priceSteps.find((one) => one === value) : undefined;
  return step === undefined ? [] : await stepEffect(deps, step);
}
