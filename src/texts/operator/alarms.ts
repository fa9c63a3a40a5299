import type { TroubleKind } from "../../core/troubles.ts";
import { escapeHtml } from "../html.ts";

type Facts = Readonly<Record<string, string>>;
type Sentence = (subject: string, facts: Facts) => string;

const fact = (facts: Facts, name: string): string => escapeHtml(facts[name] ?? "?");

/** What is wrong, and what to do. HTML. */
const there: Readonly<Record<TroubleKind, Sentence>> = {
  disk_full: (subject, facts) =>
    `The disk of ${escapeHtml(subject)} is nearly full: ${fact(facts, "free")} (${fact(facts, "percent")} %) left. Make room, or the shop stops taking orders.`,
  database_unwritable: () =>
    "The database takes no writes. Nothing is sold or credited until it does. Look at its disk, and whether it is the primary.",
  loop_stuck: (subject, facts) =>
    `“${escapeHtml(subject)}” has not worked for ${fact(facts, "minutes")} min. The log says why; a restart of this process is safe.`,
  updates_given_up: (_, facts) =>
    `${fact(facts, "count")} messages or taps of buyers could not be handled in the last hour. The log says why.`,
  messages_dropped: (_, facts) =>
    `${fact(facts, "count")} messages to buyers were given up in the last hour. The log says why.`,
  messages_late: (_, facts) =>
    `A message to a buyer has been waiting for ${fact(facts, "count")} min. Is Telegram reachable from the server?`,
  chargebacks: (_, facts) =>
    `Telegram took back ${fact(facts, "count")} Stars payments in the last 24 hours. Those buyers are flagged.`,
  payments_unassigned: (_, facts) =>
    `${fact(facts, "count")} payments came in the last day that belong to no top-up, or are over another amount. Look them up at Crypto Pay, then give each to its buyer: /admin, Payments, unassigned.`,
  backup_old: (_, facts) =>
    `The newest backup is ${fact(facts, "hours")} hours old. Look at BACKUP_DIR and its disk.`,
  clock_wrong: (_, facts) =>
    `This server's clock is ${fact(facts, "seconds")} s away from the database's. Switch on time synchronisation.`,
};

const over: Readonly<Record<TroubleKind, (subject: string) => string>> = {
  disk_full: (subject) => `The disk of ${escapeHtml(subject)} has room again.`,
  database_unwritable: () => "The database takes writes again.",
  loop_stuck: (subject) => `“${escapeHtml(subject)}” works again.`,
  updates_given_up: () => "For an hour no message or tap was given up.",
  messages_dropped: () => "For an hour no message to a buyer was given up.",
  messages_late: () => "Messages to buyers are sent again.",
  chargebacks: () => "For a day Telegram took no payment back.",
  payments_unassigned: () => "For a day every payment belonged to a top-up.",
  backup_old: () => "There is a new backup.",
  clock_wrong: () => "This server's clock is right again.",
};

/** Sentences for operators about troubles of the shop itself. `host`: where it was seen. */
export const alarmTexts = {
  there: (kind: TroubleKind, subject: string, facts: Facts, host: string): string =>
    `🚨 ${there[kind](subject, facts)}\n<i>${escapeHtml(host)}</i>`,
  over: (kind: TroubleKind, subject: string, host: string): string =>
    `✅ ${over[kind](subject)}\n<i>${escapeHtml(host)}</i>`,
};
