import type { CountryPage } from "../../catalog/catalog.ts";
import type { BotDeps } from "../bot-deps.ts";
import {
  countriesCard,
  foundCountriesCard,
  foundServicesCard,
  notFoundCard,
  servicesCard,
} from "../cards/catalog.ts";
import { noticeCard } from "../cards/home.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";
import type { ShownLists } from "./shown-lists.ts";

const SERVICES_A_PAGE = 10;
const COUNTRIES_A_PAGE = 8;
const MAX_RECENT = 3;
const MAX_FAVOURITES = 6;
const MAX_QUERY = 200;

export interface BrowseDeps extends Pick<BotDeps, "catalog" | "wallet"> {
  readonly screens: Screens;
  readonly shownLists: ShownLists;
}

export interface Browse {
  readonly feature: Feature;
  /** Looks for what was typed and shows what it could mean. */
  search(ctx: ShopContext, text: string): Promise<void>;
}

/** The way to a product: service list, country list, typed text. */
export function createBrowse(deps: BrowseDeps): Browse {
  const feature = createFeature();
  const search = (ctx: ShopContext, text: string): Promise<void> => showSearch(deps, ctx, text);
  feature.command("buy", (ctx) =>
    ctx.match.trim() === "" ? showServices(deps, ctx, { page: 0, sort: "popular" }) : search(ctx, ctx.match),
  );
  onTap(feature, ["services"], (ctx, action) => showServices(deps, ctx, action));
  onTap(feature, ["countries"], (ctx, action) => showCountries(deps, ctx, action));
  return { feature, search };
}

async function showServices(
  deps: BrowseDeps,
  ctx: ShopContext,
  at: { page: number; sort: "popular" | "name" },
): Promise<void> {
  const { catalog, wallet } = deps;
  const { id, language } = ctx.buyer;
  const isFirst = at.page === 0 && at.sort === "popular";
  const [balance, shelf] = await Promise.all([
    wallet.balance(id),
    isFirst ? catalog.shelf(id, language) : { recent: [], favourites: [] },
  ]);
  await deps.screens.showLive(ctx, async () => {
    const page = await catalog.services({ page: at.page, pageSize: SERVICES_A_PAGE, sort: at.sort });
    const view = {
      availableMicros: balance.availableMicros,
      recent: shelf.recent.slice(0, MAX_RECENT),
      favourites: shelf.favourites.slice(0, MAX_FAVOURITES),
      isQuick: ctx.buyer.quickBuy,
      hasInline: ctx.me.supports_inline_queries,
      page,
      sort: at.sort,
    };
    return { card: servicesCard(ctx.texts, view), isComplete: !page.isReading };
  });
}

async function showCountries(
  deps: BrowseDeps,
  ctx: ShopContext,
  at: { serviceId: string; page: number; sort: "best" | "price" | "name" },
): Promise<void> {
  const { language } = ctx.buyer;
  const service = await deps.catalog.service(at.serviceId);
  if (!service) return await showServices(deps, ctx, { page: 0, sort: "popular" });
  const read = () => deps.catalog.countries({ ...at, pageSize: COUNTRIES_A_PAGE, language });
  let page: CountryPage | undefined = await read();
  if (page.refusal === "service_blocked") return await showServices(deps, ctx, { page: 0, sort: "popular" });
  if (page.refusal !== null)
    return await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.errors[page.refusal]));
  await deps.screens.showLive(ctx, async () => {
    const current = page ?? (await read());
    page = undefined;
    return {
      card: countriesCard(ctx.texts, service, current, at.sort),
      isComplete: current.unanswered === 0 || current.refusal !== null,
    };
  });
  await deps.shownLists.note(ctx, { serviceId: at.serviceId });
}

async function showSearch(deps: BrowseDeps, ctx: ShopContext, text: string): Promise<void> {
  const query = [...text.trim()].slice(0, MAX_QUERY).join("");
  const found = await deps.catalog.search(query, ctx.buyer.language, deps.shownLists.chosen(ctx));
  switch (found.kind) {
    case "pair":
      return await deps.screens.confirm(ctx, { serviceId: found.service.id, countryId: found.country.id });
    case "countries":
      await deps.screens.show(ctx, foundCountriesCard(ctx.texts, found));
      return await deps.shownLists.note(ctx, { serviceId: found.service.id });
    case "services": {
      const [only] = found.services;
      if (only && found.services.length === 1 && found.country === null) {
        return await showCountries(deps, ctx, { serviceId: only.id, page: 0, sort: "best" });
      }
      await deps.screens.show(ctx, foundServicesCard(ctx.texts, found));
      if (found.country) await deps.shownLists.note(ctx, { countryId: found.country.id });
      return;
    }
    case "none":
      return await deps.screens.show(ctx, notFoundCard(ctx.texts, query));
  }
}
