import { type Conversation, type ConversationFlavor, createConversation } from "@grammyjs/conversations";
import type { Context, MiddlewareFn } from "grammy";
import type { Message } from "grammy/types";

/**
 * What to do after an answer. "done": the question is over. "again": the answer was not understood, wait for another
 * one. "leave": the text was not meant for the question, so the question ends and the shop handles the text.
 */
export type Verdict = "done" | "again" | "leave";

export interface Question<C extends Context> {
  /** Names the stored state; part of what is written to the database. */
  readonly id: string;
  /** Judges one message, does the one thing that it asks for and tells the person. `subject` is what `enter` was given. */
  readonly accept: (ctx: C, message: Message, subject: string) => Promise<Verdict>;
}

/** After this time a question is forgotten: a text that is typed an hour later is no answer to it. */
const MAX_WAIT_MS = 15 * 60 * 1000;
const MAX_TRIES = 5;

/**
 * A conversation that waits for one typed answer. The caller sends the question, then calls `enter`. The plugin runs
 * a conversation again from its start for every update, so everything with an effect is inside `external`, which
 * runs once. Buttons and commands go to the shop as if no question were open.
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
