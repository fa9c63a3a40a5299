import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";

export type Verdict = "PASS" | "WARN" | "FAIL";

/** The result of one check. WARN and FAIL name the next step. */
export interface Answer {
  readonly verdict: Verdict;
  readonly detail: string;
}

export const pass = (detail: string): Answer => ({ verdict: "PASS", detail });
export const warn = (detail: string): Answer => ({ verdict: "WARN", detail });
export const fail = (detail: string): Answer => ({ verdict: "FAIL", detail });

export interface Report {
  /** Writes the line as soon as `look` resolves. If it throws or takes too long, the line is a FAIL. */
  check(name: string, look: () => Promise<Answer>): Promise<Verdict>;
  line(name: string, answer: Answer): Verdict;
  hasFailed(): boolean;
}

/** Longer than the timeout of any single request to Telegram, a provider or the database. */
const CHECK_TIMEOUT_MS = 45_000;
const MAX_DETAIL = 600;
const SHORTEST_SECRET = 4;

export interface ReportDeps {
  readonly clock: Clock;
  readonly print: (line: string) => void;
  /** Values that are removed from every line. */
  readonly secrets: readonly string[];
  readonly timeoutMs?: number;
}

/** Writes `PASS|WARN|FAIL name: detail`, one line each. */
export function createReport({ clock, print, secrets, timeoutMs = CHECK_TIMEOUT_MS }: ReportDeps): Report {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  let failed = false;

  function line(name: string, { verdict, detail }: Answer): Verdict {
    failed ||= verdict === "FAIL";
    const flat = detail.replace(/\s+/g, " ").trim();
    const clean = hidden.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), flat);
    print(`${verdict} ${name}: ${clean.slice(0, MAX_DETAIL)}`);
    return verdict;
  }

  return {
    line,
    async check(name, look) {
      const timer = new AbortController();
      const late = clock
        .sleep(timeoutMs, timer.signal)
        .then(() =>
          fail(`no answer in ${timeoutMs / 1000} s. Next: try again; if it stays, look at the network`),
        );
      const answered = look().catch((error: unknown) => fail(messageOf(error)));
      const answer = await Promise.race([answered, late]);
      timer.abort();
      return line(name, answer);
    },
    hasFailed: () => failed,
  };
}
