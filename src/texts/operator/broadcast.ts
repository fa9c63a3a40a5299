import type { BroadcastState, Segment } from "../../core/broadcasts.ts";
import { bold, code, escapeHtml } from "../html.ts";

const segmentNames: Readonly<Record<Segment, string>> = {
  all: "Everybody",
  bought_7: "Bought in the last 7 days",
  bought_30: "Bought in the last 30 days",
  bought_90: "Bought in the last 90 days",
  stopped: "Bought before, but not in the last 30 days",
  never: "Never bought",
  balance: "Have money on their balance",
  resellers: "Have an API key",
};

const stateNames: Readonly<Record<BroadcastState, string>> = {
  draft: "📝 draft",
  running: "▶️ running",
  paused: "⏸ paused",
  stopped: "⏹ stopped",
  done: "✅ sent",
  deleting: "🗑 being deleted",
  deleted: "🗑 deleted",
};

/** What to do about a refusal of Telegram, by a piece of its description. */
const nextSteps: readonly (readonly [RegExp, string])[] = [
  [
    /can't parse entities/i,
    "Telegram cannot read this HTML. Close every tag that you open, use only b, i, u, s, a, code, pre, blockquote and tg-spoiler, and write &lt; as &amp;lt; and &amp; as &amp;amp;. Then send it again.",
  ],
  [
    /caption is too long/i,
    "Under a picture a text may have 1,024 characters. Shorten it, or take the picture out.",
  ],
  [/message is too long/i, "A text may have 4,096 characters. Shorten it and send it again."],
  [/text must be non-empty|text is empty/i, "There has to be some text. Send it again."],
  [/file identifier|file_id|PHOTO/i, "Telegram does not have this picture. Send the picture again."],
  [/BUTTON|url/i, "Telegram does not take the button's address. Send another one."],
];

/** The desk's broadcasts. HTML, in English only. */
export const broadcastTexts = {
  entry: "📣 Broadcast",
  title: "Broadcasts",
  none: "None yet.",
  add: "+ New",
  headline: (state: BroadcastState, sent: number, planned: number): string =>
    `📣 Broadcast ${stateNames[state]}: ${sent} of ${planned}`,
  state: (state: BroadcastState): string => stateNames[state],
  segment: (segment: Segment): string => segmentNames[segment],
  language: (language: string | null): string => (language === null ? "every language" : language),
  anyLanguage: "all other languages",
  noText: "There is no text yet. Begin with the text for all languages; others can have their own.",
  noFallback: "⚠️ Some readers have no text: write the one for all other languages.",
  texts: "✏️ Texts",
  whichText: "In which language? Whoever reads another one gets the text for all other languages.",
  textPrompt: (name: string): string =>
    `The text for ${bold(escapeHtml(name))}, up to 4096 characters (1024 under a picture). HTML: ${code("<b>bold</b>")}, ${code("<i>italic</i>")}, ${code('<a href="https://…">link</a>')}. It is shown to you as readers will see it.`,
  textEmpty: "Send the text as a message.",
  removeText: "🗑 Remove this text",
  photo: "🖼 Picture",
  photoPrompt: "Send the picture.",
  photoWrong: "Send it as a picture, not as a file.",
  removePhoto: "🖼 Without picture",
  button: "🔘 Button",
  buttonPrompt: `Two lines: what the button says, and where it leads: an ${code("https://")} address, ${code("t.me/…")}, or a word that the bot gets as a link into the shop, like ${code("b_wa_GB")} (WhatsApp, United Kingdom).`,
  buttonWrong:
    "Two lines: what the button says (up to 64 characters), and an address that begins with https://, http:// or t.me/, or a word for a link into the bot.",
  removeButton: "🔘 Without button",
  audience: "👥 For whom",
  whoPrompt: "Banned people, those who blocked the bot, and those who turned news off never get it.",
  preview: "👁 Show it to me",
  previewed: "There it is, as readers see it.",
  send: "📣 Send…",
  discard: "🗑 Discard",
  discarded: "The draft is gone.",
  pause: "⏸ Pause",
  resume: "▶️ Resume",
  stop: "⏹ Stop…",
  remove: "🗑 Delete what was sent…",
  saved: "Saved. Above is what readers see.",
  away: "Telegram does not answer. Nothing was saved; try again in a moment.",
  refused(why: string): string {
    const plain = why.replace(/^Bad Request: /, "");
    const step = nextSteps.find(([pattern]) => pattern.test(plain))?.[1] ?? "Change it and send it again.";
    return `Nothing was saved. Telegram says: ${bold(escapeHtml(plain))}\n${step}`;
  },
} as const;
