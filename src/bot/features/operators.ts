import type { CommandContext } from "grammy";
import { z } from "zod";
import type { OperatorActionResult } from "../../operations/operator-actions.ts";
import { escapeHtml } from "../../texts/html.ts";
import { operatorTexts, parseSignedUsd } from "../../texts/operator.ts";
import type { BotDeps } from "../bot-deps.ts";
import type { ShopContext } from "../context.ts";
import { removeButtons } from "../navigation.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";

const telegramIdSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const reasonSchema = z.string().trim().min(1).max(200);
const adjustSchema = z.object({
  telegramId: telegramIdSchema,
  amountMicros: z.string().transform((text, context) => {
    const micros = parseSignedUsd(text);
    if (micros !== undefined) return micros;
    context.addIssue({ code: "custom", message: "not an amount" });
    return z.NEVER;
  }),
  reason: reasonSchema,
});
const banSchema = z.object({ telegramId: telegramIdSchema, reason: reasonSchema });
const unbanSchema = z.object({ telegramId: telegramIdSchema });
const refundSchema = z.object({ chargeId: z.string().regex(/^[\x21-\x7e]{1,256}$/) });

export type OperatorDeps = Pick<BotDeps, "operatorActions" | "topups" | "config">;

/** Commands and decisions of the people in ADMIN_IDS. For anyone else these commands do not exist. */
export function createOperators(deps: OperatorDeps): Feature {
  const feature = createFeature();
  const isOperator = (ctx: ShopContext): boolean => deps.config.operatorIds.includes(ctx.from?.id ?? 0);
  const operators = feature.filter(isOperator);
  operators.command("adjust", (ctx) => adjust(deps, ctx));
  operators.command("refund", (ctx) => refund(deps, ctx));
  operators.command("ban", (ctx) => ban(deps, ctx));
  operators.command("unban", (ctx) => unban(deps, ctx));
  operators.command("status", async (ctx) => {
    const facts = await deps.operatorActions.status();
    await tell(ctx, facts.map(escapeHtml).join("\n") || operatorTexts.done);
  });
  const decisions = createFeature();
  onTapAnswering(decisions, ["approve", "reject"], async (ctx, { claimId, kind }) => {
    const approve = kind === "approve";
    const decided = await deps.topups.decideManual({
      claimId,
      operatorTelegramId: operatorIdOf(ctx),
      approve,
    });
    await ctx.answerTap(operatorTexts.claimDecided[decided.kind]);
    await removeButtons(ctx);
  });
  operators.use(decisions);
  return feature;
}

type Command = CommandContext<ShopContext>;

function operatorIdOf(ctx: ShopContext): number {
  return ctx.buyer.telegramId ?? ctx.from?.id ?? 0;
}

/** The first `count` words, and what follows them as one. */
function words(text: string, count: number): string[] {
  const all = text.trim().split(/\s+/);
  return [...all.slice(0, count), all.slice(count).join(" ")];
}

async function adjust(deps: OperatorDeps, ctx: Command): Promise<void> {
  const [telegramId, amountMicros, reason] = words(ctx.match, 2);
  const parsed = adjustSchema.safeParse({ telegramId, amountMicros, reason });
  if (!parsed.success) return await tell(ctx, operatorTexts.usageAdjust);
  // The update's id: the same command delivered twice moves money once.
  const key = `update:${ctx.update.update_id}`;
  await report(
    ctx,
    await deps.operatorActions.adjustBalance({ ...parsed.data, key, operatorTelegramId: operatorIdOf(ctx) }),
  );
}

async function refund(deps: OperatorDeps, ctx: Command): Promise<void> {
  const parsed = refundSchema.safeParse({ chargeId: ctx.match.trim() });
  if (!parsed.success) return await tell(ctx, operatorTexts.usageRefund);
  await report(
    ctx,
    await deps.operatorActions.refundStars({ ...parsed.data, operatorTelegramId: operatorIdOf(ctx) }),
  );
}

async function ban(deps: OperatorDeps, ctx: Command): Promise<void> {
  const [telegramId, reason] = words(ctx.match, 1);
  const parsed = banSchema.safeParse({ telegramId, reason });
  if (!parsed.success) return await tell(ctx, operatorTexts.usageBan);
  await report(
    ctx,
    await deps.operatorActions.ban({ ...parsed.data, operatorTelegramId: operatorIdOf(ctx) }),
  );
}

async function unban(deps: OperatorDeps, ctx: Command): Promise<void> {
  const parsed = unbanSchema.safeParse({ telegramId: ctx.match.trim() });
  if (!parsed.success) return await tell(ctx, operatorTexts.usageUnban);
  await report(
    ctx,
    await deps.operatorActions.unban({ ...parsed.data, operatorTelegramId: operatorIdOf(ctx) }),
  );
}

async function report(ctx: ShopContext, result: OperatorActionResult): Promise<void> {
  if (result.kind === "done") return await tell(ctx, operatorTexts.done);
  if (result.kind === "not_found") return await tell(ctx, operatorTexts.notFound);
  if (result.kind === "held") return await tell(ctx, operatorTexts.refundHeld);
  if (result.kind === "not_refundable") return await tell(ctx, operatorTexts.refundRefused);
  if (result.kind === "pending") return await tell(ctx, operatorTexts.refundPending);
  await tell(ctx, ctx.texts.errors[result.code]);
}

async function tell(ctx: ShopContext, html: string): Promise<void> {
  await ctx.reply(html, { parse_mode: "HTML" });
}
