import { noticeCard } from "../cards/home.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature } from "./feature.ts";

export interface UnhandledDeps {
  readonly screens: Screens;
  readonly search: (ctx: ShopContext, text: string) => Promise<void>;
}

/**
 * Answers what no other feature took: typed text is a search, and an unknown button gets a fresh card. A forwarded
 * text is a search too, even when it looks like a command.
 */
export function createUnhandled(deps: UnhandledDeps): Feature {
  const feature = createFeature();
  feature.on("message:text", async (ctx) => {
    const text = ctx.message.text;
    const isForwarded = ctx.message.forward_origin !== undefined;
    const query = isForwarded ? text.replace(/^\//, "") : text;
    if (!isForwarded && text.startsWith("/"))
      await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.unknown));
    else if (query.trim() === "")
      await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.unknown));
    else await deps.search(ctx, query);
  });
  feature.on("callback_query", (ctx) => deps.screens.stale(ctx));
  feature.on("message", async (ctx) => {
    if (isService(ctx)) return;
    await deps.screens.show(ctx, noticeCard(ctx.texts, ctx.texts.messages.onlyText));
  });
  return feature;
}

/** Messages that Telegram writes about the chat itself, a changed pin for example. Nobody waits for an answer. */
function isService(ctx: ShopContext): boolean {
  return ctx.has([
    ":pinned_message",
    ":message_auto_delete_timer_changed",
    ":write_access_allowed",
    ":chat_background_set",
  ]);
}
