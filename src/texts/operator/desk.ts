import { bold, escapeHtml } from "../html.ts";

/** The desk's frame: home, drafts, what every screen has. In English only. */
export const deskTexts = {
  title: "Desk",
  back: "‹ Back",
  home: "‹ Desk",
  refresh: "↻",
  previous: "‹",
  next: "›",
  stale: "That button is out of date.",
  notHere: "There is nothing here any more.",
  asked: (prompt: string): string => `${prompt}\n\nSend it as a message.`,
  nothing: "Nothing to show.",
  draft: {
    reasonAsk: "Why?",
    reasonOther: "Another reason…",
    reasonPrompt: "Type the reason. It is kept in the audit log.",
    reasonEmpty: "A reason has to be text of up to 200 characters.",
    confirm: "✅ Confirm",
    confirmTyped: "✅ Confirm…",
    cancel: "✖ Cancel",
    reason: (reason: string): string => `Reason: ${escapeHtml(reason)}`,
    typePrompt: (text: string): string => `To confirm, type ${bold(escapeHtml(text))}.`,
    repeated: (note: string): string => `Done before: ${escapeHtml(note)}`,
  },
} as const;
