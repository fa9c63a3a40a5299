/**
 * The smallest bot that shows the same screens: grammY alone with long polling, which answers a tap and edits the message
 * to what SCREENS (callback data → text and buttons) holds for it. `npm run bench -- chat` compares the shop with it.
 */
import process from "node:process";
import { Bot } from "grammy";
import { z } from "zod";

const screensSchema = z.record(
  z.string(),
  z.object({ text: z.string(), keyboard: z.array(z.array(z.any())) }),
);
const screens = screensSchema.parse(JSON.parse(process.env.SCREENS ?? "{}"));
const bot = new Bot(process.env.BOT_TOKEN ?? "", {
  client: { apiRoot: process.env.TELEGRAM_API_ROOT ?? "" },
});

bot.on("callback_query:data", async (ctx) => {
  const screen = screens[ctx.callbackQuery.data];
  await ctx.answerCallbackQuery();
  if (!screen) return;
  await ctx.editMessageText(screen.text, {
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: screen.keyboard },
  });
});
// A tap that came too late for its answer must not end the bot.
bot.catch(({ error }) => void process.stderr.write(`failed: ${String(error)}\n`));
process.on("SIGTERM", () => void bot.stop());
await bot.start({
  allowed_updates: [
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "pre_checkout_query",
    "my_chat_member",
  ],
  onStart: () => void process.stdout.write("open\n"),
});
