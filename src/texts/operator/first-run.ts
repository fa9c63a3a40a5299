import { bold, escapeHtml } from "../html.ts";

interface Step {
  readonly what: string;
  /** What to do about it. */
  readonly next: string;
}

const steps = {
  provider: {
    what: "A provider answers and has money",
    next: "set PROVIDERS and its key, and pay in at the provider",
  },
  offers: { what: "Prices are fetched", next: "they come by themselves when a provider answers" },
  margin: { what: "Your margin is set", next: "⚙ Settings → Markup" },
  topups: { what: "A way to top up is on", next: "TOPUPS in the environment" },
  contact: { what: "Buyers can reach you", next: "⚙ Settings → Contact" },
  purchase: {
    what: "You have bought a number yourself",
    next: "find yourself under 🔎, change your balance for a test, and buy the cheapest one",
  },
  backup: {
    what: "There is a backup of the last 7 days",
    next: "npm run backup -- <file>, or BACKUP_DIR in the environment",
  },
} as const satisfies Record<string, Step>;

export const firstRunTexts = {
  done: "This shop has everything that it needs.",
  line: ({ step, isDone, found }: { step: keyof typeof steps; isDone: boolean; found: string }): string => {
    const { what, next } = steps[step];
    const details = isDone ? found : next;
    return `${isDone ? "✅" : "⬜"} ${escapeHtml(what)}${details === "" ? "" : `: ${escapeHtml(details)}`}`;
  },
  heading: (done: number, all: number): string =>
    `${bold(escapeHtml("Before the first sale"))} · ${done} of ${all}`,
} as const;
