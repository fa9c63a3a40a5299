import { randomUUID } from "node:crypto";
import type {
  BoughtPair,
  Catalog,
  CountryItem,
  CountryOffer,
  Quote,
  ServiceItem,
  StockAlerts,
} from "../../src/catalog/catalog.ts";
import { addMs, type Clock } from "../../src/core/clock.ts";
import type { ShopErrorCode } from "../../src/core/errors.ts";
import type { Orders, OrderView, PurchaseInput } from "../../src/orders/orders.ts";

export const whatsapp: ServiceItem = { id: "wa", name: "WhatsApp" };
const whatsappUk = { serviceId: "wa", countryId: "GB" };

const countryNames: Readonly<Record<string, CountryItem>> = {
  GB: { id: "GB", name: "United Kingdom", flag: "🇬🇧" },
  US: { id: "US", name: "United States", flag: "🇺🇸" },
  ID: { id: "ID", name: "Indonesia", flag: "🇮🇩" },
};

export function countryOf(id: string): CountryItem {
  return countryNames[id] ?? { id, name: `Country ${id}`, flag: "" };
}

function offerOf(countryId: string, priceMicros: bigint): CountryOffer {
  return { country: countryOf(countryId), priceMicros, stock: 10, successPercent: 84, medianSeconds: 22 };
}

/** A catalogue in memory: services, one price a country, and quotes that are kept to be looked at. */
export function createFakeCatalog(clock: Clock) {
  const state = {
    services: [whatsapp, { id: "go", name: "Google" }, ...numbered("svc", 23)],
    offers: [
      offerOf("GB", 480_000n),
      offerOf("US", 620_000n),
      offerOf("ID", 210_000n),
      ...numberedOffers(17),
    ],
    favourites: new Set<string>(),
    recent: [] as BoughtPair[],
    quotes: new Map<string, Quote & { buyerId: string }>(),
    refusal: undefined as ShopErrorCode | undefined,
    searches: [] as string[],
    /** Providers that have not answered yet. */
    unanswered: 0,
  };
  const service = (id: string): ServiceItem | undefined => state.services.find((item) => item.id === id);
  const offer = (id: string): CountryOffer | undefined =>
    state.offers.find(({ country }) => country.id === id);
  const pageOf = <T>(items: readonly T[], page: number, pageSize: number) => {
    const pageCount = Math.max(1, Math.ceil(items.length / pageSize));
    const at = Math.min(page, pageCount - 1);
    return { items: items.slice(at * pageSize, (at + 1) * pageSize), page: at, pageCount };
  };
  const named = (key: string) => {
    const [serviceId = "", countryId = ""] = key.split("/");
    const found = service(serviceId) ?? { id: serviceId, name: serviceId };
    return {
      service: found,
      country: countryOf(countryId),
      priceMicros: offer(countryId)?.priceMicros ?? null,
    };
  };
  const catalog: Catalog = {
    priceList: async () => [],
    knownPrice: async () => undefined,
    services: async ({ page, pageSize, sort }) => {
      const items =
        sort === "name" ? state.services.toSorted((a, b) => a.name.localeCompare(b.name)) : state.services;
      return { ...pageOf(items, page, pageSize), isReading: false };
    },
    countries: async ({ page, pageSize, sort }) => {
      const items =
        sort === "price"
          ? state.offers.toSorted((a, b) => Number(a.priceMicros - b.priceMicros))
          : state.offers;
      return {
        ...pageOf(items, page, pageSize),
        stale: false,
        unanswered: state.unanswered,
        refusal: null,
      };
    },
    search: async (text) => {
      state.searches.push(text);
      const words = text.toLowerCase().split(/\s+/);
      const services = state.services.filter(({ name }) => words.includes(name.toLowerCase()));
      const country = words.includes("uk") ? countryOf("GB") : null;
      const [first] = services;
      if (first && country) return { kind: "pair", service: first, country };
      return services.length > 0 || country
        ? { kind: "services", services: services.length > 0 ? services : state.services.slice(0, 3), country }
        : { kind: "none" };
    },
    quote: async ({ id = randomUUID(), buyerId, serviceId, countryId }) => {
      const found = offer(countryId);
      if (state.refusal) return { kind: "refused", code: state.refusal };
      if (!found || !service(serviceId)) return { kind: "refused", code: "out_of_stock" };
      const { priceMicros } = found;
      const expiresAt = addMs(clock.now(), 600_000);
      const quote = {
        id,
        serviceId,
        countryId,
        priceMicros,
        fullPriceMicros: null,
        costCeilingMicros: priceMicros,
        expiresAt,
      };
      state.quotes.set(quote.id, { ...quote, buyerId });
      const facts = { lifetimeMs: 1_200_000, cancelAfterMs: 120_000, another: true };
      const isFavourite = state.favourites.has(`${buyerId}/${serviceId}/${countryId}`);
      return { kind: "quote", quote, offer: found, isFavourite, facts };
    },
    quoted: async (quoteId, buyerId) => {
      const quote = state.quotes.get(quoteId);
      return quote?.buyerId === buyerId ? quote : undefined;
    },
    route: async () => [],
    reportRefusal: async () => undefined,
    service: async (id) => service(id),
    country: countryOf,
    alternatives: async ({ countryId, limit }) =>
      state.offers.filter(({ country }) => country.id !== countryId).slice(0, limit),
    shelf: async (buyerId) => ({
      recent: state.recent,
      favourites: [...state.favourites]
        .filter((key) => key.startsWith(buyerId))
        .map((key) => named(key.slice(37))),
    }),
    setFavourite: async (buyerId, serviceId, countryId, isFavourite) => {
      const key = `${buyerId}/${serviceId}/${countryId}`;
      if (isFavourite) state.favourites.add(key);
      else state.favourites.delete(key);
    },
    refusal: async () => undefined,
    isKnown: async () => true,
  };
  return { catalog, state };
}

function numbered(prefix: string, count: number): ServiceItem[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, name: `Service ${index}` }));
}

function numberedOffers(count: number): CountryOffer[] {
  return Array.from({ length: count }, (_, index) => offerOf(`~c${index}`, BigInt(700_000 + index)));
}

/** Remembers who wants to be told of what; takes two a buyer. */
export function createFakeStockAlerts() {
  const state = { asked: [] as string[] };
  const stockAlerts: StockAlerts = {
    add: async ({ buyerId, serviceId, countryId }) => {
      const key = `${buyerId} ${serviceId}/${countryId}`;
      if (!state.asked.includes(key)) state.asked.push(key);
      return state.asked.filter((asked) => asked.startsWith(buyerId)).length <= 2 ? "added" : "too_many";
    },
  };
  return { stockAlerts, state };
}

/** Orders in memory; tests put views in and say what the actions answer. */
export function createFakeOrders(clock: Clock, quotes: ReadonlyMap<string, Quote & { buyerId: string }>) {
  const state = {
    views: new Map<string, OrderView>(),
    byQuote: new Map<string, string>(),
    purchases: [] as PurchaseInput[],
    cancel: { kind: "requested" } as Awaited<ReturnType<Orders["cancel"]>>,
    keepWaiting: { kind: "done" } as Awaited<ReturnType<Orders["keepWaiting"]>>,
    another: { kind: "done" } as Awaited<ReturnType<Orders["another"]>>,
    purchaseResult: undefined as Awaited<ReturnType<Orders["purchase"]>> | undefined,
    asked: [] as string[],
  };
  const add = (change: Partial<OrderView> & Pick<OrderView, "buyerId" | "chatId">): OrderView => {
    const view: OrderView = {
      id: randomUUID(),
      ...whatsappUk,
      state: "waiting",
      version: 1,
      priceMicros: 480_000n,
      phone: "447700900123",
      placedAt: clock.now(),
      expiresAt: addMs(clock.now(), 1_200_000),
      cancelOpensAt: null,
      cancelRequestedAt: null,
      closedAt: null,
      failure: null,
      sms: [],
      actions: { cancel: true, swap: true, keepWaiting: false, another: false, finish: false },
      isSwap: false,
      isSlow: false,
      cardMessageId: null,
      ...change,
    };
    state.views.set(view.id, view);
    return view;
  };
  const own = (id: string, buyerId: string): OrderView | undefined => {
    const view = state.views.get(id);
    return view?.buyerId === buyerId ? view : undefined;
  };
  const notFound = { kind: "refused", code: "order_not_found" } as const;
  const viewsOf = (buyerId: string): OrderView[] =>
    [...state.views.values()].filter((view) => view.buyerId === buyerId);
  const orders: Orders = {
    purchase: async (input) => {
      state.purchases.push(input);
      if (state.purchaseResult) return state.purchaseResult;
      const earlier = state.byQuote.get(input.quoteId);
      if (earlier) return { kind: "already", orderId: earlier };
      const quote = quotes.get(input.quoteId);
      if (quote?.buyerId !== input.buyerId) {
        return { kind: "refused", code: "quote_expired", serviceId: null, countryId: null };
      }
      const { id } = add({
        ...input,
        serviceId: quote.serviceId,
        countryId: quote.countryId,
        state: "placing",
      });
      state.byQuote.set(input.quoteId, id);
      return { kind: "placed", orderId: id };
    },
    cancel: async (id, buyerId) => {
      state.asked.push(`cancel ${id}`);
      return own(id, buyerId) ? state.cancel : notFound;
    },
    swap: async (id, buyerId) => {
      state.asked.push(`swap ${id}`);
      return own(id, buyerId) ? state.cancel : notFound;
    },
    keepWaiting: async (id, buyerId) => {
      state.asked.push(`keepWaiting ${id}`);
      return own(id, buyerId) ? state.keepWaiting : notFound;
    },
    another: async (id, buyerId) => {
      state.asked.push(`another ${id}`);
      return own(id, buyerId) ? state.another : notFound;
    },
    finish: async (id, buyerId) => {
      state.asked.push(`finish ${id}`);
      return own(id, buyerId) ? { kind: "done" } : notFound;
    },
    payLate: async (id, buyerId) => {
      state.asked.push(`payLate ${id}`);
      return own(id, buyerId) ? { kind: "done" } : notFound;
    },
    find: async (id, buyerId) => own(id, buyerId),
    load: async (id) => state.views.get(id),
    list: async (buyerId, { page, isOpenOnly }) => {
      const mine = viewsOf(buyerId);
      const open = mine.filter(({ closedAt }) => closedAt === null);
      const shown = isOpenOnly ? open : mine;
      const pageCount = Math.max(1, Math.ceil(shown.length / 5));
      const at = Math.min(page, pageCount - 1);
      const items = shown.slice(at * 5, at * 5 + 5);
      return { items, openCount: open.length, isOpenOnly, page: at, pageCount };
    },
    countOpen: async (buyerId) => viewsOf(buyerId).filter(({ closedAt }) => closedAt === null).length,
    listBefore: async (buyerId, order, limit) => {
      const mine = viewsOf(buyerId);
      const start = order === undefined ? 0 : mine.indexOf(order) + 1;
      return mine.slice(start, start + limit);
    },
    moveCard: async (id, chatId, cardMessageId) => {
      const view = state.views.get(id);
      if (view) state.views.set(id, { ...view, chatId, cardMessageId });
    },
  };
  return {
    orders,
    state,
    add,
    change: (id: string, change: Partial<OrderView>) => update(state.views, id, change),
  };
}

function update(views: Map<string, OrderView>, id: string, change: Partial<OrderView>): void {
  const view = views.get(id);
  if (view) views.set(id, { ...view, version: view.version + 1, ...change });
}
