import { assertNever, type ShopErrorCode } from "../../core/errors.ts";
import type { OutboxMessage } from "../../core/messages.ts";
import type { DailyReport } from "../../desk/figures/report.ts";
import type { ClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import type { OrderView } from "../../orders/orders.ts";
import { code, escapeHtml, money } from "../../texts/html.ts";
import { operatorNotice } from "../../texts/operator/notices.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { BotDeps } from "../bot-deps.ts";
import { type Card, lines, productName } from "../cards/card.ts";
import { askedCard } from "../cards/confirm.ts";
import {
  backInStockCard,
  codeEventCard,
  endedEventCard,
  lateSmsCard,
  orderNewsCard,
} from "../cards/events.ts";
import { noticeCard } from "../cards/home.ts";
import { creditedCard } from "../cards/money.ts";
import { type NamedOrder, nameOrder } from "../cards/order.ts";
import { renderClaim, renderDailyReport, renderDispute } from "./render-for-operators.ts";
import { bonusText, moneyText } from "./render-money.ts";
import { quiet, type Rendered, urgent } from "./rendered.ts";

/** Where the words of a message come from. */
export interface RenderDeps extends Pick<BotDeps, "orders" | "catalog">, ClaimsAndDisputes {
  readonly dailyReport: Pick<DailyReport, "read">;
}

/** News of the shop. An order's card is none: it is edited (send.ts); nor is what an operator sends to many (broadcast.ts). */
export type EventMessage = Exclude<OutboxMessage, { kind: "order_card" | "broadcast" }>;

type OrderEvent = Extract<EventMessage, { orderId: string }>;

const MAX_ALTERNATIVES = 2;

/** The words of an owed message; undefined when what it tells of does not exist any more. */
export async function renderEvent(
  deps: RenderDeps,
  message: EventMessage,
  reader: { texts: Texts; buyerId: string | null; isGroup: boolean },
): Promise<Rendered | undefined> {
  const { texts, isGroup } = reader;
  switch (message.kind) {
    case "order_code":
    case "order_released":
    case "order_failed":
    case "cancel_refused":
    case "order_in_doubt":
    case "no_other_code":
    case "late_sms":
      return await renderOrderEvent(deps, message, texts);
    case "back_in_stock":
    case "purchase_waits":
      return await renderProductNews(deps, message, texts);
    case "api_digest":
      return quiet(noticeCard(texts, digestText(message, texts)));
    case "api_webhook_off":
    case "api_new_network":
      return urgent(noticeCard(texts, keyNews(message, texts)));
    case "topup_credited":
      return urgent(await renderCredit(deps, message, texts));
    case "purchase_asked": {
      const card = await renderAsked(deps, message, reader);
      return card && urgent(card);
    }
    case "shop_message":
      return urgent(noticeCard(texts, texts.messages.fromShop({ text: escapeHtml(message.text) })));
    case "topup_rejected":
    case "topup_refunded":
    case "debt_settled":
    case "balance_adjusted":
      return urgent(noticeCard(texts, moneyText(message, texts)));
    case "bonus_changed":
      return urgent(noticeCard(texts, bonusText(message, texts)));
    case "operator_notice":
      return urgent({ text: operatorNotice(message.notice, message.params), keyboard: [] });
    case "slow_down":
      return quiet({ text: texts.messages.slowDown, keyboard: [] });
    case "daily_report":
      return await renderDailyReport(deps, message);
    case "manual_claim":
      return await renderClaim(deps, message.claimId, isGroup);
    case "dispute":
      return await renderDispute(deps, message.disputeId, isGroup);
    default:
      return assertNever(message);
  }
}

async function renderOrderEvent(
  deps: RenderDeps,
  message: OrderEvent,
  texts: Texts,
): Promise<Rendered | undefined> {
  const order = await deps.orders.load(message.orderId);
  if (!order) return undefined;
  const named = await nameOrder(deps.catalog, order, texts.language);
  const product = productName(named.service, named.country);
  const { messages } = texts;
  switch (message.kind) {
    case "order_code": {
      const sms = order.sms.find(({ id }) => id === message.smsId);
      if (!sms) return undefined;
      const charged = message.chargedMicros === null ? null : money(BigInt(message.chargedMicros));
      return urgent(
        codeEventCard(texts, named, { sms, charged, available: money(BigInt(message.availableMicros)) }),
      );
    }
    case "order_released": {
      const tell = message.outcome === "expired" ? messages.expiredEvent : messages.cancelledEvent;
      return quiet(
        await endedEvent(deps, named, texts, tell(amounts(message)), message.outcome === "expired"),
      );
    }
    case "order_failed": {
      const text = lines(texts.errors[message.code], messages.failedEvent(amounts(message)));
      const today = message.code === "price_moved" ? await priceToday(deps, order, texts.language) : null;
      return quiet(await endedEvent(deps, named, texts, text, true, today));
    }
    case "late_sms":
      return urgent(lateSmsCard(texts, named, money(BigInt(message.availableMicros))));
    case "cancel_refused":
      return quiet(orderNewsCard(texts, named, messages.cancelRefused({ product })));
    case "no_other_code":
      return quiet({ text: messages.noOtherCode({ product }), keyboard: [] });
    case "order_in_doubt":
      return quiet(orderNewsCard(texts, named, messages.inDoubt({ product })));
    default:
      return assertNever(message);
  }
}

function amounts(message: { releasedMicros: string; availableMicros: string }) {
  return {
    amount: money(BigInt(message.releasedMicros)),
    available: money(BigInt(message.availableMicros)),
  };
}

async function endedEvent(
  deps: RenderDeps,
  named: NamedOrder,
  texts: Texts,
  text: string,
  withAlternatives: boolean,
  newPriceMicros: bigint | null = null,
): Promise<Card> {
  const { serviceId, countryId } = named.order;
  const input = { serviceId, countryId, language: texts.language, limit: MAX_ALTERNATIVES };
  const alternatives = withAlternatives ? await deps.catalog.alternatives(input) : [];
  return endedEventCard(texts, named, { text, alternatives, newPriceMicros });
}

async function renderProductNews(
  deps: RenderDeps,
  { kind, serviceId, countryId }: Extract<EventMessage, { kind: "back_in_stock" | "purchase_waits" }>,
  texts: Texts,
): Promise<Rendered | undefined> {
  const service = await deps.catalog.service(serviceId);
  if (!service) return undefined;
  const country = deps.catalog.country(countryId, texts.language);
  if (kind === "back_in_stock") return quiet(backInStockCard(texts, { service, country }));
  const product = productName(service, country);
  return quiet({ text: texts.messages.stillTrying({ product }), keyboard: [] });
}

function keyNews(
  message: Extract<EventMessage, { kind: "api_webhook_off" | "api_new_network" }>,
  { language, messages }: Texts,
): string {
  const name = escapeHtml(message.name);
  if (message.kind === "api_webhook_off") return messages.apiHookOff({ name });
  return messages.apiNewNetwork({ name, network: ltrIn(language, code(message.network)) });
}

function digestText(
  { day, sold, codes, spentMicros }: Extract<EventMessage, { kind: "api_digest" }>,
  { messages }: Texts,
): string {
  return messages.apiDigest({ day: escapeHtml(day), sold, codes, spent: money(BigInt(spentMicros)) });
}

type Credited = Extract<EventMessage, { kind: "topup_credited" }>;

async function renderCredit(deps: RenderDeps, message: Credited, texts: Texts): Promise<Card> {
  const credit = {
    amountMicros: BigInt(message.amountMicros),
    availableMicros: BigInt(message.availableMicros),
  };
  const { resume } = message;
  const service = resume === null ? undefined : await deps.catalog.service(resume.serviceId);
  const country = resume === null ? null : deps.catalog.country(resume.countryId, texts.language);
  return creditedCard(texts, credit, service && country ? productName(service, country) : null);
}

type Asked = Extract<EventMessage, { kind: "purchase_asked" }>;

/** Reasons after which today's price, shown at once, is all that there is to ask. */
const renewable: readonly ShopErrorCode[] = ["price_moved", "quote_expired", "quote_used"];

async function renderAsked(
  deps: RenderDeps,
  { serviceId, countryId, code }: Asked,
  { texts, buyerId }: { texts: Texts; buyerId: string | null },
): Promise<Card | undefined> {
  const service = await deps.catalog.service(serviceId);
  if (!service || buyerId === null) return undefined;
  const { language } = texts;
  const country = deps.catalog.country(countryId, language);
  const input = { serviceId, countryId, buyerId, language };
  const today = renewable.includes(code) ? await deps.catalog.quote(input) : null;
  const quote = today?.kind === "quote" ? today.quote : null;
  const reason = texts.errors[today?.kind === "refused" ? today.code : code];
  return askedCard(texts, { service, country, reason, quote });
}

/** Today's price of what could not be had at the old one; null while it cannot be bought. A tap makes a quote of its own. */
async function priceToday(deps: RenderDeps, order: OrderView, language: string): Promise<bigint | null> {
  const { serviceId, countryId, buyerId } = order;
  const result = await deps.catalog.quote({ serviceId, countryId, buyerId, language });
  return result.kind === "quote" ? result.quote.priceMicros : null;
}
