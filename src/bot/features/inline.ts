import { Composer, type Context } from "grammy";
import type { InlineQueryResultArticle } from "grammy/types";
import type { CountryItem, CountryOffer, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { pickLanguage, textsFor } from "../../texts/index.ts";
import type { Texts } from "../../texts/texts.ts";
import type { BotDeps } from "../bot-deps.ts";
import { linkButton, productName } from "../cards/card.ts";
import { shorten } from "../cards/label.ts";
import { productLink } from "../product-link.ts";
import { isRefused, loggable } from "../telegram-errors.ts";

/** Telegram takes no more in one answer. */
const A_PAGE = 50;
const MAX_QUERY = 64;
const MAX_NAME = 40;
/** Prices change, and the answer is in the person's language. */
const CACHE_SECONDS = 10;
const OFFSET = /^\d{1,3}$/;

/** What can be picked: a product, with what is known of its price. */
interface Choice {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly offer: Pick<CountryOffer, "priceMicros" | "successPercent"> | null;
}

/**
 * Inline mode: a search below the message field, as the person types. Picking a result in the chat with the bot sends
 * `/b_wa_GB` there, which opens the confirm card; in any other chat it sends a link to the bot. Nothing is bought by it.
 */
export function createInline(deps: Pick<BotDeps, "catalog" | "buyers" | "logger">): Composer<Context> {
  const composer = new Composer();
  composer.on("inline_query", async (ctx) => {
    const { inlineQuery } = ctx;
    const buyer = await deps.buyers.findByTelegramId(ctx.from.id);
    const texts = textsFor(buyer?.language ?? pickLanguage(ctx.from.language_code));
    const page = OFFSET.test(inlineQuery.offset) ? Number(inlineQuery.offset) : 0;
    const query = [...inlineQuery.query.trim()].slice(0, MAX_QUERY).join("");
    const { picks, hasMore } = await find(deps, { query, page, buyerId: buyer?.id ?? null, texts });
    const isOurChat = inlineQuery.chat_type === "sender";
    const results = picks.flatMap((pick) => resultOf(texts, pick, isOurChat ? null : ctx.me.username));
    try {
      await ctx.answerInlineQuery(results.slice(0, A_PAGE), {
        cache_time: CACHE_SECONDS,
        is_personal: true,
        next_offset: hasMore ? String(page + 1) : "",
      });
    } catch (error) {
      // "Query is too old": the person has typed on.
      if (!isRefused(error)) throw error;
      deps.logger.debug(loggable(error), "an inline query could not be answered");
    }
  });
  return composer;
}

interface Found {
  readonly picks: readonly Choice[];
  readonly hasMore: boolean;
}

async function find(
  deps: Pick<BotDeps, "catalog">,
  ask: { query: string; page: number; buyerId: string | null; texts: Texts },
): Promise<Found> {
  const { query, page, texts } = ask;
  const { language } = texts;
  if (query === "") return { picks: await known(deps, ask.buyerId, language), hasMore: false };
  const found = await deps.catalog.search(query, language);
  if (found.kind === "none") return { picks: [], hasMore: false };
  if (found.kind === "pair") {
    return await inCountries(deps, { service: found.service, first: found.country, page, language });
  }
  if (found.kind === "countries") {
    const { service, countries } = found;
    return { picks: countries.map((country) => ({ service, country, offer: null })), hasMore: false };
  }
  const { services, country } = found;
  if (country !== null) {
    return { picks: services.map((service) => ({ service, country, offer: null })), hasMore: false };
  }
  const [service] = services;
  return service
    ? await inCountries(deps, { service, first: null, page, language })
    : { picks: [], hasMore: false };
}

/** Nothing typed yet: what the person bought or saved. */
async function known(
  { catalog }: Pick<BotDeps, "catalog">,
  buyerId: string | null,
  language: string,
): Promise<Choice[]> {
  if (buyerId === null) return [];
  const { recent, favourites } = await catalog.shelf(buyerId, language);
  const pairs = new Map(
    [...recent, ...favourites].map((pair) => [`${pair.service.id}/${pair.country.id}`, pair] as const),
  );
  return [...pairs.values()].map(({ service, country, priceMicros }) => ({
    service,
    country,
    offer: priceMicros === null ? null : { priceMicros, successPercent: null },
  }));
}

/** The service's countries, the named one first. */
async function inCountries(
  { catalog }: Pick<BotDeps, "catalog">,
  ask: { service: ServiceItem; first: CountryItem | null; page: number; language: string },
): Promise<Found> {
  const { service, first, page, language } = ask;
  const input = { serviceId: service.id, page, pageSize: A_PAGE, sort: "best" as const, language };
  const { items, page: at, pageCount } = await catalog.countries(input);
  // A page beyond the end is answered with the last one: nothing more is shown for it.
  if (at !== page) return { picks: [], hasMore: false };
  const picks = items.map((offer) => ({ service, country: offer.country, offer }));
  if (first === null) return { picks, hasMore: page + 1 < pageCount };
  const named = picks.find(({ country }) => country.id === first.id) ?? {
    service,
    country: first,
    offer: null,
  };
  return { picks: [named], hasMore: false };
}

/** `elsewhere`: the bot's name, for a chat that is not the one with the bot. */
function resultOf(texts: Texts, pick: Choice, elsewhere: string | null): InlineQueryResultArticle[] {
  const { service, country, offer } = pick;
  const link = productLink({ serviceId: service.id, countryId: country.id });
  if (link === undefined) return [];
  const place = `${country.flag} ${shorten(country.name, MAX_NAME)}`.trim();
  const facts = offer
    ? [formatUsd(offer.priceMicros), offer.successPercent === null ? "" : `${offer.successPercent}%`]
    : [];
  const base = {
    type: "article" as const,
    id: link,
    title: `${shorten(service.name, MAX_NAME)} · ${place}`,
    description: facts.filter((fact) => fact !== "").join(" · "),
  };
  if (elsewhere === null) return [{ ...base, input_message_content: { message_text: `/${link}` } }];
  const product = productName(service, country);
  const url = `https://t.me/${elsewhere}?start=${link}`;
  return [
    {
      ...base,
      input_message_content: { message_text: texts.messages.buyInPrivate({ product }), parse_mode: "HTML" },
      reply_markup: { inline_keyboard: [[linkButton(texts.labels.openPrivateChat, url)]] },
    },
  ];
}
