import type { CommandContext } from "grammy";
import { z } from "zod";
import { hasRight, type Right } from "../../core/staff.ts";
import type { OperatorActionResult } from "../../operations/operator-actions.ts";
import { escapeHtml } from "../../texts/html.ts";
import { commandTexts, parseSignedUsd } from "../../texts/operator/commands.ts";
import { refusalText } from "../../texts/operator/refusals.ts";
import type { BotDeps } from "../bot-deps.ts";
import type { ShopContext } from "../context.ts";
import { createFeature, type Feature } from "./feature.ts";

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

export type OperatorDeps = Pick<BotDeps, "operatorActions" | "desk">;

/** Typed commands of the people at the desk, under the same rights. For anyone else they do not exist. */
export function createOperators(deps: OperatorDeps): Feature {
  const feature = createFeature();
  const command = (name: string, right: Right, handle: (ctx: Command) => Promise<void>): void => {
    feature.command(name, async (ctx, next) => {
      const allowed = await isAllowed(deps, ctx, right, name);
      if (allowed === undefined) await next();
      else if (allowed) await handle(ctx);
      else await tell(ctx, refusalText("no_right", {}));
    });
  };
  command("adjust", "adjust", (ctx) => adjust(deps, ctx));
  command("refund", "adjust", (ctx) => refund(deps, ctx));
  command("ban", "ban", (ctx) => ban(deps, ctx));
  command("unban", "ban", (ctx) => unban(deps, ctx));
  command("status", "money", async (ctx) => {
    const facts = await deps.operatorActions.status();
    await tell(ctx, facts.map(escapeHtml).join("\n") || commandTexts.done);
  });
  return feature;
}

/** Undefined: nobody for whom these commands exist. */
async function isAllowed(
  { desk }: OperatorDeps,
  ctx: ShopContext,
  right: Right,
  place: string,
): Promise<boolean | undefined> {
  const staff = await desk.staff.find(operatorIdOf(ctx));
  if (!staff) return undefined;
  if (hasRight(staff.role, right)) return true;
  await desk.staff.noteRefusal({ staff, right, place, updateId: ctx.update.update_id });
  return false;
}

type Command = CommandContext<ShopContext>;

function operatorIdOf(ctx: ShopContext): number {
  return ctx.from?.id ?? 0;
}

/** The update's id makes a command that is delivered twice act once. */
function by(ctx: ShopContext): { operatorTelegramId: number; updateId: number } {
  return { operatorTelegramId: operatorIdOf(ctx), updateId: ctx.update.update_id };
}

/** The first `count` words, and what follows them as one. */
function words(text: string, count: number): string[] {
  const all = text.trim().split(/\s+/);
  return [...all.slice(0, count), all.slice(count).join(" ")];
}

async function adjust(deps: OperatorDeps, ctx: Command): Promise<void> {
  const [telegramId, amountMicros, reason] = words(ctx.match, 2);
  const parsed = adjustSchema.safeParse({ telegramId, amountMicros, reason });
  if (!parsed.success) return await tell(ctx, commandTexts.usageAdjust);
  await report(ctx, await deps.operatorActions.adjustBalance({ ...parsed.data, ...by(ctx) }));
}

async function refund(deps: OperatorDeps, ctx: Command): Promise<void> {
  const parsed = refundSchema.safeParse({ chargeId: ctx.match.trim() });
  if (!parsed.success) return await tell(ctx, commandTexts.usageRefund);
  await report(ctx, await deps.operatorActions.refundStars({ ...parsed.data, ...by(ctx) }));
}

async function ban(deps: OperatorDeps, ctx: Command): Promise<void> {
  const [telegramId, reason] = words(ctx.match, 1);
  const parsed = banSchema.safeParse({ telegramId, reason });
  if (!parsed.success) return await tell(ctx, commandTexts.usageBan);
  await report(ctx, await deps.operatorActions.ban({ ...parsed.data, ...by(ctx) }));
}

async function unban(deps: OperatorDeps, ctx: Command): Promise<void> {
  const parsed = unbanSchema.safeParse({ telegramId: ctx.match.trim() });
  if (!parsed.success) return await tell(ctx, commandTexts.usageUnban);
  await report(ctx, await deps.operatorActions.unban({ ...parsed.data, ...by(ctx) }));
}

async function report(ctx: ShopContext, result: OperatorActionResult): Promise<void> {
  if (result.kind === "done") return await tell(ctx, commandTexts.done);
  if (result.kind === "not_found") return await tell(ctx, commandTexts.notFound);
  if (result.kind === "desk") return await tell(ctx, refusalText(result.refusal.code, result.refusal.facts));
  if (result.kind === "not_refundable") return await tell(ctx, commandTexts.refundRefused);
  if (result.kind === "pending") return await tell(ctx, commandTexts.refundPending);
  await tell(ctx, ctx.texts.errors[result.code]);
}

async function tell(ctx: ShopContext, html: string): Promise<void> {
  await ctx.reply(html, { parse_mode: "HTML" });
}
