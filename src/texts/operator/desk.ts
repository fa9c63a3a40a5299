import type { OperatorTopic } from "../../core/operator-topics.ts";
import { bold, escapeHtml } from "../html.ts";

/** The topics of the operators' group. */
export const topicNames: Readonly<Record<OperatorTopic, string>> = {
  money: "💰 Money",
  trouble: "🚨 Trouble",
  questions: "💬 Questions",
  report: "📊 Report",
};

/** What a tap in the operators' group is answered with. */
export const groupTexts = {
  openedPrivately: "I have opened it in our private chat.",
  failed: "That did not work. Please try again.",
  goOn: "This goes on here, in private.",
  goOnButton: "Go on",
} as const;

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
