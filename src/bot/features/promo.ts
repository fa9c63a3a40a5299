import type { Message } from "grammy/types";
import type { Verdict } from "../../flows/ask.ts";
import type { Redeemed } from "../../promotions/promotions.ts";
import { escapeHtml, type Html, joined, localTime, money } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { lines } from "../cards/card.ts";
import { noticeCard } from "../cards/home.ts";
import { askCard } from "../cards/money.ts";
import type { ShopContext } from "../context.ts";
import { say } from "../navigation.ts";
import { typedText } from "../typed-text.ts";
import { createFeature, type Feature } from "./feature.ts";
import { enterQuestion, questionIds } from "./pay.ts";

export type PromoDeps = Pick<BotDeps, "promotions" | "catalog">;

/** /promo CODE; /promo alone asks for the code. The link with a code is read by features/home.ts. */
export function createPromo(deps: PromoDeps): Feature {
  const feature = createFeature();
  feature.command("promo", async (ctx) => {
    const typed = ctx.match.trim();
    if (typed !== "") return await redeemCode(deps, ctx, typed);
    await say(ctx, askCard(ctx.texts, ctx.texts.messages.askCode, { kind: "leaveQuestion" }));
    await enterQuestion(ctx, questionIds.promo, "");
  });
  return feature;
}

/** Redeems a code and tells what came of it. A voucher is told by its own message, as everything that changes the balance is. */
export async function redeemCode(deps: PromoDeps, ctx: ShopContext, typed: string): Promise<void> {
  const redeemed = await deps.promotions.redeem({ buyerId: ctx.buyer.id, typed });
  if (redeemed.kind === "voucher") return;
  await say(ctx, noticeCard(ctx.texts, await textOf(deps, ctx, redeemed)));
}

/** The answer to {@link createPromo}'s question. A code with a slip can be sent again. */
export async function takeCode(deps: PromoDeps, ctx: ShopContext, message: Message): Promise<Verdict> {
  const redeemed = await deps.promotions.redeem({ buyerId: ctx.buyer.id, typed: typedText(message) });
  if (redeemed.kind === "voucher") return "done";
  const text = await textOf(deps, ctx, redeemed);
  const isSlip = redeemed.kind === "refused" && redeemed.code === "unknown";
  await say(ctx, isSlip ? askCard(ctx.texts, text, { kind: "leaveQuestion" }) : noticeCard(ctx.texts, text));
  return isSlip ? "again" : "done";
}

async function textOf(
  deps: PromoDeps,
  { texts }: ShopContext,
  redeemed: Exclude<Redeemed, { kind: "voucher" }>,
): Promise<string> {
  const { messages } = texts;
  if (redeemed.kind === "refused") {
    const { code } = redeemed;
    return code === "buyer_banned" ? texts.errors.buyer_banned : messages.codeRefused[code];
  }
  const until = redeemed.expiresAt !== null && messages.codeUntil({ time: localTime(redeemed.expiresAt) });
  if (redeemed.kind === "bonus") {
    const { amountMicros, minTopupMicros } = redeemed;
    const min = minTopupMicros === 0n ? null : money(minTopupMicros);
    return lines(messages.bonusWaits({ amount: money(amountMicros), min }), until);
  }
  const { percent, purchases: count } = redeemed;
  const product = await nameOf(deps, redeemed, texts.language);
  return lines(messages.discountReady({ percent, count, product }), until);
}

async function nameOf(
  { catalog }: PromoDeps,
  { serviceId, countryId }: { serviceId: string | null; countryId: string | null },
  language: string,
): Promise<Html | null> {
  const service = serviceId === null ? null : ((await catalog.service(serviceId))?.name ?? serviceId);
  const country = countryId === null ? null : catalog.country(countryId, language);
  const names = [service, country && `${country.flag} ${country.name}`.trim()].filter(
    (name) => name !== null,
  );
  return names.length === 0 ? null : joined(names.map(escapeHtml), " · ");
}
