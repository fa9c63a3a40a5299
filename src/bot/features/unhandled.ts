import { noticeCard } from "../cards/home.ts";
import type { ShopContext } from "../context.ts";
import type { Show } from "../navigation.ts";
import { createFeature, type Feature } from "./feature.ts";

export interface UnhandledDeps {
  readonly show: Show;
  readonly answerStale: (ctx: ShopContext) => Promise<void>;
  readonly search: (ctx: ShopContext, text: string) => Promise<void>;
}

/**
 * The end of the line: typed text is a search, an unknown tap gets a fresh card, and nothing stays unanswered.
 * A forwarded text is text, even when it looks like a command.
 */
export function createUnhandled(deps: UnhandledDeps): Feature {
  const feature = createFeature();
  feature.on("message:text", async (ctx) => {
    const text = ctx.message.text;
    const isForwarded = ctx.message.forward_origin !== undefined;
    const query = isForwarded ? text.replace(/^\//, "") : text;
    if (!isForwarded && text.startsWith("/"))
      await deps.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.unknown));
    else if (query.trim() === "") await deps.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.unknown));
    else await deps.search(ctx, query);
  });
  feature.on("callback_query", (ctx) => deps.answerStale(ctx));
  feature.on("message", async (ctx) => {
    if (isService(ctx)) return;
    await deps.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.onlyText));
  });
  return feature;
}

/** Messages that Telegram writes about the chat itself: nobody waits for an answer to a changed pin. */
function isService(ctx: ShopContext): boolean {
  return ctx.has([
    ":pinned_message",
    ":message_auto_delete_timer_changed",
    ":write_access_allowed",
    ":chat_background_set",
  ]);
}
