import { escapeHtml } from "../html.ts";

/** The queue, staff and audit screens. */
export const queueTexts = {
  entry: "📥 Queue",
  headline: (count: number): string => `${count} waiting in the queue`,
  empty: "Nothing waits.",
  icons: { receipt: "💵", question: "❓", doubt: "⏳", finding: "⚠️" },
  take: "✋ Take",
  taken: (by: number): string => `✋ ${by} is on it.`,
  takenByYou: "✋ You are on it for ten minutes.",
  close: "✔ Close",
  closed: "Closed.",
  answer: "✉ Answer",
  answerPrompt: "What should the buyer read? Up to 1000 characters.",
  finding: "It closes by itself when the check does not see it any more.",
  gone: "Nobody waits for this any more.",
} as const;

export const staffTexts = {
  entry: "👥 Staff",
  owners: (ids: readonly number[]): string => `Owners (ADMIN_IDS): ${ids.join(", ")}`,
  nobody: "No colleagues yet.",
  add: (role: string): string => `+ ${role}`,
  link: (role: string, token: string, bot: string): string =>
    `Send this to your colleague. Whoever opens it first within ten minutes is <b>${escapeHtml(role)}</b>:\nhttps://t.me/${escapeHtml(bot)}?start=staff_${escapeHtml(token)}`,
  makeRole: (role: string): string => `→ ${role}`,
  remove: "Remove",
  removed: "Removed. Their next tap finds no desk.",
  changed: "The role is changed.",
} as const;

export const auditTexts = {
  entry: "📜 Audit",
  file: "⬇ CSV",
  caption: "The audit log. Newest first.",
  all: "All",
  by: { actor: "👤 by the same", action: "⚙ same action", subject: "🎯 same subject" },
  empty: "No entries.",
} as const;
