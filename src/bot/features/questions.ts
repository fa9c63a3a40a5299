import { type ConversationData, conversations, type VersionedState } from "@grammyjs/conversations";
import { Composer } from "grammy";
import type { Message } from "grammy/types";
import { z } from "zod";
import type { ConversationStates } from "../../buyers/conversation-states.ts";
import { ShopError } from "../../core/errors.ts";
import { hasNoDigit, parseAmount } from "../../flows/amount.ts";
import { createQuestion, type Verdict } from "../../flows/ask.ts";
import type { BotDeps } from "../bot-deps.ts";
import { noticeCard, sendToShopCard } from "../cards/home.ts";
import { askCard } from "../cards/money.ts";
import type { ShopContext } from "../context.ts";
import { takeTyped } from "../desk/desk.ts";
import { say } from "../navigation.ts";
import { decodeTopupState, noTopupState, type TopupState } from "../topup-state.ts";
import { typedText } from "../typed-text.ts";
import { amountQuestion, type Pay, questionIds, resumeOf, starsRange, usdRange } from "./pay.ts";
import { takeCode } from "./promo.ts";

/** Raise it when the steps of a question change: stored states of another version are dropped. */
const STATE_VERSION = 1;
const versionedSchema = z.object({
  version: z.tuple([z.literal(0), z.union([z.string(), z.number()])]),
  state: z.record(
    z.string(),
    z.array(z.looseObject({ replay: z.looseObject({}), interrupts: z.array(z.number()) })),
  ),
});

/** The plugin reads back what it wrote; here only its outline is checked. */
function isState(value: unknown): value is VersionedState<ConversationData> {
  return versionedSchema.safeParse(value).success;
}

/** Keeps conversations in PostgreSQL, one row for each person. What was stored is read together with the buyer. */
export function keepConversations(states: ConversationStates) {
  const keyOf = (ctx: ShopContext): string => String(ctx.from?.id);
  return conversations<ShopContext, ShopContext>({
    storage: {
      type: "context",
      version: STATE_VERSION,
      adapter: {
        read: (ctx) => (isState(ctx.storedConversation) ? ctx.storedConversation : undefined),
        write: (ctx, state) => states.write(keyOf(ctx), state),
        delete: (ctx) => states.delete(keyOf(ctx)),
      },
    },
  });
}

/** What is typed: an amount, the proof of a transfer, a payment complaint, a promo code, and what the desk asks operators for. */
export function createQuestions(deps: BotDeps, pay: Pay): Composer<ShopContext> {
  const composer = new Composer<ShopContext>();
  // A question can be entered only by what comes after it. The amount may lead to the claim, so it comes last.
  composer.use(
    createQuestion<ShopContext>({
      id: questionIds.claim,
      accept: told((ctx, message, subject) => takeClaim(deps, ctx, message, subject)),
    }),
    createQuestion<ShopContext>({
      id: questionIds.desk,
      accept: told((ctx, message, subject) => takeTyped(deps.desk, ctx, message, subject)),
    }),
    createQuestion<ShopContext>({
      id: questionIds.dispute,
      accept: told(takeDispute),
    }),
    createQuestion<ShopContext>({
      id: questionIds.promo,
      accept: told((ctx, message) => takeCode(deps, ctx, message)),
    }),
    createQuestion<ShopContext>({
      id: questionIds.amount,
      accept: told((ctx, message, subject) => takeAmount(deps, pay, ctx, message, subject)),
    }),
  );
  return composer;
}

type Accept = (ctx: ShopContext, message: Message, subject: string) => Promise<Verdict>;

/** A ShopError does not survive the conversation's own error handling: it is told here. */
function told(accept: Accept): Accept {
  return async (ctx, message, subject) => {
    try {
      return await accept(ctx, message, subject);
    } catch (error) {
      if (!(error instanceof ShopError)) throw error;
      await say(ctx, noticeCard(ctx.texts, ctx.texts.errors[error.code]));
      return "done";
    }
  };
}

async function takeAmount(
  deps: BotDeps,
  pay: Pay,
  ctx: ShopContext,
  message: Message,
  subject: string,
): Promise<Verdict> {
  const state = decodeTopupState(subject);
  const text = message.text ?? "";
  if (text === "" || hasNoDigit(text)) return "leave";
  const stars = state.gateway === "stars" ? starsIn(deps, text) : undefined;
  if (stars !== undefined) {
    await pay.stars(ctx, stars, await resumeOf(deps, ctx, state.quoteId));
    return "done";
  }
  const amountMicros = usdIn(state, text);
  if (amountMicros !== undefined && state.gateway !== "stars") {
    const resume = await resumeOf(deps, ctx, state.quoteId);
    const proof = await pay.usd(ctx, state.gateway, amountMicros, resume);
    if (proof.kind === "claim") await ctx.conversation.enter(questionIds.claim, proof.topupId);
    return "done";
  }
  const { messages } = ctx.texts;
  await say(
    ctx,
    askCard(ctx.texts, `${messages.amountNotUnderstood}\n${amountQuestion(ctx, state)}`, {
      kind: "leave",
      topup: state,
    }),
  );
  return "again";
}

function starsIn(deps: BotDeps, text: string): number | undefined {
  const amount = parseAmount(text, "stars");
  if (amount === undefined) return undefined;
  const stars = amount.kind === "stars" ? amount.stars : deps.topups.starsFor(amount.amountMicros);
  return stars >= starsRange.min && stars <= starsRange.max ? stars : undefined;
}

function usdIn(state: TopupState, text: string): bigint | undefined {
  if (state.gateway === "stars") return undefined;
  const amount = parseAmount(text, "usd");
  if (amount?.kind !== "usd") return undefined;
  const { amountMicros } = amount;
  return amountMicros >= usdRange.minMicros && amountMicros <= usdRange.maxMicros ? amountMicros : undefined;
}

async function takeClaim(
  deps: BotDeps,
  ctx: ShopContext,
  message: Message,
  topupId: string,
): Promise<Verdict> {
  const photo = message.photo?.at(-1);
  const note = typedText(message);
  if (photo === undefined && note === "") {
    await say(
      ctx,
      askCard(ctx.texts, ctx.texts.messages.manualNeedsProof, { kind: "leave", topup: noTopupState }),
    );
    return "again";
  }
  const claimed = await deps.topups.claimManual({
    topupId,
    buyerId: ctx.buyer.id,
    note: note === "" ? null : note,
    fileId: photo?.file_id ?? null,
    fileUniqueId: photo?.file_unique_id ?? null,
  });
  const text = claimed.kind === "refused" ? ctx.texts.errors[claimed.code] : ctx.texts.messages.manualThanks;
  await say(ctx, noticeCard(ctx.texts, text));
  return "done";
}

/** Nothing goes to the shop before the buyer says so: what is typed here may be meant as a search. */
async function takeDispute(ctx: ShopContext, message: Message): Promise<Verdict> {
  if (typedText(message) === "") {
    await say(ctx, askCard(ctx.texts, ctx.texts.messages.disputeNeedsText, { kind: "leaveQuestion" }));
    return "again";
  }
  await say(ctx, sendToShopCard(ctx.texts), message.message_id);
  return "again";
}
