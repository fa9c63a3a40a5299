import { type Bot, InlineKeyboard, InputFile } from "grammy";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import { botOf, runPolling } from "./telegram.ts";

/** 19 minutes ahead of the test clock's start. */
export const ENDS_AT_UNIX = Date.parse("2026-03-01T12:19:00.000Z") / 1000;
export const HOSTILE_TEXT = `<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;

export const FILE_TEXT = "ordered_at,price_usd\r\n";
/** A picture of one dot. */
export const PHOTO_BYTES = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A small bot that shows every kind of message and button once; returns the way to stop it. */
export async function startPageBot(telegram: PretendTelegram): Promise<() => Promise<void>> {
  const bot = botOf(telegram);
  addMenu(bot);
  addCard(bot);
  addStars(bot);
  addInlineMode(bot);
  addLinks(bot, telegram.bot.username);
  bot.command("file", (ctx) => ctx.replyWithDocument(new InputFile(Buffer.from(FILE_TEXT), "orders.csv")));
  bot.command("photo", (ctx) => ctx.replyWithPhoto(new InputFile(PHOTO_BYTES, "chart.png")));
  bot.command("hostile", (ctx) => {
    const offset = HOSTILE_TEXT.length + 1;
    const link = { type: "text_link" as const, offset, length: 4, url: "javascript:window.hacked=true" };
    return ctx.reply(`${HOSTILE_TEXT} link`, { entities: [link] });
  });
  bot.command("many", async (ctx) => {
    for (let index = 1; index <= 20; index += 1) await ctx.reply(`Line ${index}`);
  });
  bot.on("message:text", (ctx) => ctx.reply(`You said: ${ctx.message.text}`));

  await bot.api.setMyCommands([
    { command: "buy", description: "Get a number" },
    { command: "topup", description: "Add money" },
  ]);
  return runPolling(bot);
}

function addMenu(bot: Bot): void {
  const keyboard = new InlineKeyboard()
    .text("WhatsApp", "wa")
    .text("Google", "go")
    .row()
    .text("Toast", "toast")
    .text("Alert", "alert");
  bot.command("start", (ctx) =>
    ctx.match === ""
      ? ctx.reply("What do you need a code for?", { reply_markup: keyboard })
      : ctx.reply(`Came by ${ctx.match}`),
  );
  bot.callbackQuery("wa", async (ctx) => {
    await ctx.editMessageText("WhatsApp: choose a country", {
      reply_markup: new InlineKeyboard().text("🇬🇧 UK $0.48 · 84%", "uk").row().text("Back", "back"),
    });
    await ctx.answerCallbackQuery();
  });
  bot.callbackQuery("toast", (ctx) => ctx.answerCallbackQuery("Just so you know"));
  bot.callbackQuery("alert", (ctx) => ctx.answerCallbackQuery({ text: "Read this first", show_alert: true }));
}

function addCard(bot: Bot): void {
  bot.command("buy", (ctx) =>
    ctx.reply(
      `<code>+44 7700 900123</code>\nWhatsApp UK · waiting · ends <tg-time unix="${ENDS_AT_UNIX}" format="r">later</tg-time>`,
      {
        parse_mode: "HTML",
        reply_markup: new InlineKeyboard()
          .copyText("Copy +447700900123", "+447700900123")
          .row()
          .copyText("Copy 7700900123", "7700900123")
          .row()
          .text("Cancel at 12:02", "cancel"),
      },
    ),
  );
}

function addStars(bot: Bot): void {
  bot.command("topup", (ctx) =>
    ctx.replyWithInvoice("Top up $1.30", "Adds $1.30 to your balance.", "ok", "XTR", [
      { label: "Stars", amount: 100 },
    ]),
  );
  bot.command("badtopup", (ctx) =>
    ctx.replyWithInvoice("Top up", "This one is refused.", "bad", "XTR", [{ label: "Stars", amount: 50 }]),
  );
  bot.on("pre_checkout_query", (ctx) =>
    ctx.preCheckoutQuery.invoice_payload === "ok"
      ? ctx.answerPreCheckoutQuery(true)
      : ctx.answerPreCheckoutQuery(false, "This offer has ended."),
  );
  bot.on("message:successful_payment", (ctx) => ctx.reply("$1.30 added. Balance $1.30."));
}

const FOUND = ["UK", "USA", "Poland"];
const A_PAGE = 2;

/** Finds three countries for anything that begins with "whats", two a page. */
function addInlineMode(bot: Bot): void {
  bot.on("inline_query", (ctx) => {
    const { query, offset } = ctx.inlineQuery;
    const from = Number(offset);
    const found = query.startsWith("whats") ? FOUND : [];
    const results = found.slice(from, from + A_PAGE).map((country) => ({
      type: "article" as const,
      id: country,
      title: `WhatsApp ${country}`,
      description: "$0.48",
      input_message_content: { message_text: `/b_wa_${country}` },
    }));
    const next = from + A_PAGE < found.length ? String(from + A_PAGE) : "";
    return ctx.answerInlineQuery(results, { next_offset: next });
  });
}

function addLinks(bot: Bot, username: string): void {
  const own = `https://t.me/${username}?start=b_wa_GB`;
  const keyboard = new InlineKeyboard()
    .switchInlineCurrent("Search", "")
    .url("Get WhatsApp", own)
    .url("Share the link", `https://t.me/share/url?url=${encodeURIComponent(own)}`);
  bot.command("links", (ctx) => ctx.reply("Ways to a number", { reply_markup: keyboard }));
}
