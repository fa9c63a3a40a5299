import { type Conversation, type ConversationFlavor, createConversation } from "@grammyjs/conversations";
import type { Context, MiddlewareFn } from "grammy";
import type { Message } from "grammy/types";

/**
 * What an answer was: "done", "again" (not understood, wait for another one), or "leave": it was meant for the shop
 * and not for the question, so the shop gets it.
 */
export type Verdict = "done" | "again" | "leave";

export interface Question<C extends Context> {
  /** Names the stored state; part of what is written to the database. */
  readonly id: string;
  /** Judges one message, does the one thing that it asks for and tells the person. `subject` is what `enter` was given. */
  readonly accept: (ctx: C, message: Message, subject: string) => Promise<Verdict>;
}

/** An unanswered question is forgotten: a text typed an hour later is not an answer to it. */
const MAX_WAIT_MS = 15 * 60 * 1000;
const MAX_TRIES = 5;

/**
 * A conversation that waits for one typed answer. Everything with an effect runs inside `external`, on the outer
 * context, so that a replay repeats nothing; buttons and commands pass by it to the shop. The question itself is
 * sent before `enter`.
 */
export function createQuestion<C extends ConversationFlavor<Context>>(
  question: Question<C>,
): MiddlewareFn<C> {
  const ask = async (conversation: Conversation<C, Context>, _: Context, subject: string): Promise<void> => {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const { message } = await conversation.waitFor("message", { next: true });
      if (isCommand(message)) await conversation.halt({ next: true });
      const verdict = await conversation.external((ctx) => question.accept(ctx, message, subject));
      if (verdict === "done") return;
      if (verdict === "leave") await conversation.halt({ next: true });
    }
  };
  return createConversation<C, Context>(ask, {
    id: question.id,
    parallel: true,
    maxMillisecondsToWait: MAX_WAIT_MS,
  });
}

function isCommand(message: Message): boolean {
  return (message.text ?? "").startsWith("/") && message.forward_origin === undefined;
}
