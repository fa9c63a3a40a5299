import { assertNever, type ShopErrorCode } from "../../core/errors.ts";
import { ceilDivide, formatUsd } from "../../core/money.ts";
import { escapeHtml, money } from "../../texts/html.ts";
import type { GatewayName, Resume } from "../../topups/topups.ts";
import type { BotDeps } from "../bot-deps.ts";
import { noticeCard } from "../cards/home.ts";
import { askCard, cryptoInvoiceCard } from "../cards/money.ts";
import type { ShopContext } from "../context.ts";
import { say } from "../navigation.ts";
import type { TopupState } from "../topup-state.ts";

/** Telegram's own bounds for one Stars payment by a bot. */
export const starsRange = { min: 1, max: 10_000 } as const;
export const usdRange = { minMicros: 1_000_000n, maxMicros: 1_000_000_000n } as const;

const CENT = 10_000n;

/** What the dollar gateways take for at least this much: whole cents, and not less than their least. */
export function payableUsd(micros: bigint): bigint {
  const cents = ceilDivide(micros, CENT) * CENT;
  return cents < usdRange.minMicros ? usdRange.minMicros : cents;
}

/** Names of the typed-input conversations, and of what they hand on. */
export const questionIds = {
  amount: "amount",
  claim: "claim",
  dispute: "dispute",
  desk: "desk",
  promo: "promo",
} as const;

export interface Pay {
  /** Sends an invoice over so many Stars. */
  stars(ctx: ShopContext, stars: number, resume: Resume | null): Promise<void>;
  /** Begins a payment outside Telegram, and for manual ones asks for the proof. */
  usd(
    ctx: ShopContext,
    gateway: Exclude<GatewayName, "stars">,
    amountMicros: bigint,
    resume: Resume | null,
  ): Promise<Proof>;
}

/** What has to be asked next: the receipt of a manual transfer, or nothing. */
type Proof = { readonly kind: "none" } | { readonly kind: "claim"; readonly topupId: string };

const none: Proof = { kind: "none" };

/** The purchase that a top-up menu was opened for; null: none, or no quote of this buyer. */
export async function resumeOf(
  { catalog }: Pick<BotDeps, "catalog">,
  ctx: ShopContext,
  quoteId: string | null,
): Promise<Resume | null> {
  const quote = quoteId === null ? undefined : await catalog.quoted(quoteId, ctx.buyer.id);
  if (!quote) return null;
  const { id, serviceId, countryId, priceMicros } = quote;
  return { quoteId: id, serviceId, countryId, priceMicros };
}

export function createPay(deps: Pick<BotDeps, "topups" | "config">): Pay {
  const refuse = async (ctx: ShopContext, code: ShopErrorCode): Promise<Proof> => {
    await say(ctx, noticeCard(ctx.texts, ctx.texts.errors[code]));
    return none;
  };
  return {
    stars: async (ctx, stars, resume) => {
      const chatId = ctx.chat?.id;
      if (chatId === undefined) return;
      const begun = await deps.topups.beginStars({ buyerId: ctx.buyer.id, chatId, stars, resume });
      if (begun.kind === "refused") await refuse(ctx, begun.code);
      else await sendStarsInvoice(ctx, chatId, begun.invoice);
    },
    usd: async (ctx, gateway, amountMicros, resume) => {
      const chatId = ctx.chat?.id;
      if (chatId === undefined) return none;
      const input = { buyerId: ctx.buyer.id, chatId, amountMicros, resume };
      if (gateway === "crypto-pay") {
        const begun = await deps.topups.beginCrypto(input);
        if (begun.kind === "refused") return await refuse(ctx, begun.code);
        await say(ctx, cryptoInvoiceCard(ctx.texts, begun.invoice));
        return none;
      }
      if (gateway !== "manual") return assertNever(gateway);
      const begun = await deps.topups.beginManual(input);
      if (begun.kind === "refused") return await refuse(ctx, begun.code);
      const { supportContact } = deps.config;
      const contact = supportContact === null ? null : escapeHtml(supportContact);
      const text = ctx.texts.messages.manualInstructions({ amount: money(amountMicros), contact });
      const topup = { gateway, stars: 0, quoteId: resume?.quoteId ?? null };
      await say(ctx, askCard(ctx.texts, text, { kind: "leave", topup }));
      return { kind: "claim", topupId: begun.invoice.topupId };
    },
  };
}

/** Stars: currency XTR, exactly one price, no provider token. A start parameter keeps forwarded copies from being payable. */
async function sendStarsInvoice(
  ctx: ShopContext,
  chatId: number,
  invoice: { stars: number; amountMicros: bigint; payload: string },
): Promise<void> {
  const { title, description } = ctx.texts.invoice;
  const prices = [{ label: title, amount: invoice.stars }];
  const text = description(formatUsd(invoice.amountMicros));
  await ctx.api.sendInvoice(chatId, title, text, invoice.payload, "XTR", prices, {
    start_parameter: "topup",
  });
}

/** Leaves an earlier question unanswered and waits for the answer to this one. */
export async function enterQuestion(ctx: ShopContext, id: string, subject: string): Promise<void> {
  await ctx.conversation.exitAll();
  await ctx.conversation.enter(id, subject);
}

/** Asks for a typed amount; the state says in what and for which purchase. */
export function amountQuestion(ctx: ShopContext, state: TopupState): string {
  const { messages } = ctx.texts;
  if (state.gateway === "stars") return messages.askStars(starsRange);
  return messages.askUsd({ min: money(usdRange.minMicros), max: money(usdRange.maxMicros) });
}
