import type { Random } from "../../sandbox/soak/random.ts";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { encodeAction } from "../../src/bot/callback-data.ts";
import { act, encodePlace } from "../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../src/core/ids.ts";

/** What people type, and what no person would. */
export const oddTexts = [
  "whatsapp uk",
  "/buy",
  "/buy telegram",
  "/topup",
  "/orders",
  "/balance",
  "/settings",
  "/paysupport",
  "/terms",
  "/start buy_wa_gb",
  "/start buy_~_~~",
  "/start ' OR 1=1 --",
  "/adjust 42 1000 mine",
  "/refund x",
  "50",
  "-5",
  "1e9",
  "٥٠",
  "NaN",
  "0x10",
  "99999999999999",
  "\u202e\u200b\u0000<b>&amp;",
  "x".repeat(4096),
  "🇬🇧".repeat(500),
  "\ud83d",
];

/** Callback data that no button of ours for this person says. */
export function forgedData(random: Random): string {
  const id = newId();
  return random.pick([
    encodeAction({ kind: "get", quoteId: id, termsVersion: 1 }),
    encodeAction({ kind: "cancel", orderId: id }),
    encodeAction({ kind: "order", orderId: id }),
    encodePlace(act("q", "a", shortenId(id))),
    encodeAction({ kind: "countries", serviceId: "nope", page: 9999, sort: "price" }),
    encodeAction({ kind: "confirm", serviceId: "~~~~", countryId: "ZZ" }),
    encodeAction({ kind: "balance", page: 9999 }),
    encodeAction({ kind: "forgetNow" }),
    "topup/zz/0//hX",
    "topup/0/0/s:99999:wa:GB/fX",
    "settings/0/0//h\u0000",
    "1__proto__",
    "",
    "\u0000",
    "1G:::::",
    "é".repeat(40),
  ]);
}

/** An update that Telegram sends now and then, or should not. */
export function pushOddUpdate(telegram: PretendTelegram, random: Random, person: PretendUser): void {
  const { user } = person;
  const chat = { id: -1001, type: "supergroup", title: "g" };
  telegram.pushUpdate(
    random.pick([
      { message: { message_id: 1, date: 1, chat, text: "/buy", from: user } },
      { message: { message_id: 1, date: 1, chat, sender_chat: chat, text: "/buy" } },
      { callback_query: { id: "9", from: user, chat_instance: "1", inline_message_id: "x", data: "1h" } },
      { callback_query: { id: "10", from: user, chat_instance: "1", game_short_name: "x" } },
      { business_message: { message_id: 1, date: 1, chat, from: user, text: "/buy" } },
      { message: { message_id: 5, date: 1, chat: { id: user.id, type: "private" }, from: user } },
      { edited_message: { message_id: 5, date: 1, chat: { id: user.id, type: "private" }, text: "/buy" } },
      {
        pre_checkout_query: { id: "z", from: user, currency: "XTR", total_amount: -1, invoice_payload: "x" },
      },
      { nonsense: null },
    ]),
  );
}
