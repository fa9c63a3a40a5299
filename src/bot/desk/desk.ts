import type { Message } from "grammy/types";
import type { Verdict } from "../../flows/ask.ts";
import { commandTexts } from "../../texts/operator/commands.ts";
import type { ShopContext } from "../context.ts";
import { createFeature, type Feature } from "../features/feature.ts";
import { enterQuestion, questionIds } from "../features/pay.ts";
import type { Desk, Reply } from "./door.ts";
import { decodePlace, encodePlace, homePlace } from "./place.ts";
import { present, sendFile } from "./present.ts";
import type { Typed } from "./screen.ts";

const STAFF_LINK = /^staff_([A-Za-z0-9_-]{22})$/;

/** /admin and the taps of the desk. For anybody without a role there is no desk: the update goes on to the next feature. */
export function createDeskFeature({ staff, door, searchPlace }: Desk): Feature {
  const feature = createFeature();
  feature.command("admin", async (ctx, next) => {
    const text = ctx.match.trim();
    const isSearch = text !== "" && searchPlace !== null;
    const reply = await door.knock({
      ...knockOf(ctx),
      place: isSearch ? searchPlace : homePlace,
      typed: isSearch ? { text, photoFileId: null, forwardedFrom: null } : null,
    });
    await answer(ctx, reply, next);
  });
  feature.command("start", async (ctx, next) => {
    const token = STAFF_LINK.exec(ctx.match)?.[1];
    const role = token === undefined ? undefined : await staff.accept({ ...knockOf(ctx), token });
    if (role === undefined) await next();
    else await ctx.reply(commandTexts.welcomeStaff(role), { parse_mode: "HTML" });
  });
  feature.on("callback_query:data", async (ctx, next) => {
    const place = decodePlace(ctx.callbackQuery.data);
    if (place === undefined) return await next();
    const reply = await door.knock({ ...knockOf(ctx), place, typed: null });
    // Whatever was asked before is left unanswered.
    if (reply !== undefined) await ctx.conversation.exitAll();
    await answer(ctx, reply, next);
  });
  return feature;
}

/** Judges what somebody typed as the answer to a question of the desk. `subject` is the place that takes it. */
export async function takeTyped(
  { door }: Pick<Desk, "door">,
  ctx: ShopContext,
  message: Message,
  subject: string,
): Promise<Verdict> {
  const place = decodePlace(subject);
  const reply = place && (await door.knock({ ...knockOf(ctx), place, typed: typedOf(message) }));
  // The role was taken away meanwhile: what was typed goes to the shop, as anybody's text does.
  if (reply === undefined) return "leave";
  if (reply.kind === "file") await sendFile(ctx, reply.file);
  else await present(ctx, reply.card);
  return reply.kind === "again" ? "again" : "done";
}

function knockOf(ctx: ShopContext): { telegramId: number; updateId: number; botName: string } {
  return { telegramId: ctx.from?.id ?? 0, updateId: ctx.update.update_id, botName: ctx.me.username };
}

function typedOf(message: Message): Typed {
  const origin = message.forward_origin;
  return {
    // In full: a broadcast may be as long as a message can be.
    text: (message.text ?? message.caption ?? "").trim(),
    photoFileId: message.photo?.at(-1)?.file_id ?? null,
    forwardedFrom: origin?.type === "user" ? origin.sender_user.id : null,
  };
}

async function answer(ctx: ShopContext, reply: Reply | undefined, next: () => Promise<void>): Promise<void> {
  if (reply === undefined) return await next();
  await ctx.answerTap(reply.kind === "card" ? reply.toast?.replace(/<[^>]+>/g, "") : undefined);
  if (reply.kind === "file") return await sendFile(ctx, reply.file);
  await present(ctx, reply.card);
  if (reply.kind === "ask") await enterQuestion(ctx, questionIds.desk, encodePlace(reply.to));
}
