import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogInspection } from "../catalog/catalog-inspection.ts";
import type { PriceTerms } from "../catalog/prices/pricing.ts";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { AnyDraftKind } from "./drafts/draft-kind.ts";
import { createDrafts, type Drafts } from "./drafts/drafts.ts";
import { priceKinds } from "./prices/price-kinds.ts";
import { createPrices, type Prices } from "./prices/prices.ts";
import { providerKinds } from "./providers/provider-kinds.ts";
import { createProviderDesk, type ProviderDesk } from "./providers/providers.ts";
import { createStaffBook, type StaffBook } from "./staff/staff.ts";
import { pauseKinds } from "./switches/pause-kinds.ts";
import type { PauseWords } from "./switches/pause-words.ts";
import { switchKinds } from "./switches/switch-kinds.ts";
import { createSwitches, type Switches } from "./switches/switches.ts";

export interface DeskServiceDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
  readonly catalog: Catalog & CatalogInspection;
  /** With their circuits: what a probe brings is recorded. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly recordProbe: (provider: string) => Promise<void>;
  /** The environment's price terms, which apply where no rule does. */
  readonly startingPrices: PriceTerms;
  readonly pauseWords: PauseWords;
}

/** What the screens of the desk call. A field a subject, each made by its folder. */
export interface DeskServices {
  readonly staff: StaffBook;
  readonly drafts: Drafts;
  readonly prices: Prices;
  readonly switches: Switches;
  readonly providers: ProviderDesk;
}

export function createDeskServices(deps: DeskServiceDeps): DeskServices {
  const staff = createStaffBook(deps);
  const drafts = createDrafts({ ...deps, staff, kinds: draftKinds(deps) });
  const starting = deps.startingPrices;
  return {
    staff,
    drafts,
    prices: createPrices({ ...deps, starting, providers: [...deps.providers.keys()] }),
    switches: createSwitches(deps),
    providers: createProviderDesk(deps),
  };
}

/** Every kind of change that is made through a draft. */
function draftKinds(deps: DeskServiceDeps): readonly AnyDraftKind[] {
  return [
    ...priceKinds({ ...deps, starting: deps.startingPrices }),
    ...switchKinds(deps),
    ...pauseKinds({ ...deps, onPaused: deps.pauseWords.refresh }),
    ...providerKinds(),
  ];
}
