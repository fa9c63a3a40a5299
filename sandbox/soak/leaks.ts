import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { deriveWebhookSecrets } from "../../src/core/webhook-secrets.ts";
import type { Outside } from "../world.ts";
import type { Violation } from "./violation.ts";

export interface Confidential {
  readonly secrets: readonly string[];
  /** Digits only, as they may stand in a log with or without a plus. */
  readonly phones: readonly string[];
  readonly codes: readonly string[];
}

const SECRET_NAMES = /(TOKEN|KEY|SECRET)$/;
/** Runs of digits that stand alone: a code in a longer number is not that code. */
const DIGITS = /(?<![\w.-])\+?(\d{6,15})(?![\w.-])/g;
const MAX_TOLD = 5;

/**
 * Every value that must never be logged: the operator's variables that are secret, the webhook secrets that are derived
 * from one of them, and the password of the database.
 */
export function secretsOf(env: Readonly<Record<string, string>>, { providers }: Outside): string[] {
  const own = Object.entries(env).flatMap(([name, value]) => (SECRET_NAMES.test(name) ? [value] : []));
  const derived = deriveWebhookSecrets(env.WEBHOOK_SECRET ?? "");
  const webhooks = [derived.telegram, ...[...providers.keys()].map(derived.provider)];
  const keys = [...providers.values()].map(({ key }) => key);
  const password = new URL(env.DATABASE_URL ?? "postgres://").password;
  return [...own, ...webhooks, ...keys, password].filter((value) => value.length >= 6);
}

/** Lines of a log that name a secret, a phone number or a code; a few of them, without the value. */
export async function findLeaks(path: string, confidential: Confidential): Promise<Violation[]> {
  const digits = new Map<string, string>();
  for (const phone of confidential.phones) digits.set(phone, "a phone number");
  for (const code of confidential.codes) digits.set(code, "a code");
  const leaks: Violation[] = [];
  let lineNumber = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    lineNumber += 1;
    const what = leakIn(line, confidential.secrets, digits);
    if (!what) continue;
    leaks.push({
      promise: "nothing confidential is logged",
      detail: `${what} in line ${lineNumber}: ${blank(line, confidential.secrets)}`,
    });
    if (leaks.length === MAX_TOLD) break;
  }
  return leaks;
}

function leakIn(
  line: string,
  secrets: readonly string[],
  digits: ReadonlyMap<string, string>,
): string | undefined {
  if (secrets.some((secret) => line.includes(secret))) return "a secret";
  for (const [, run = ""] of line.matchAll(DIGITS)) {
    const what = digits.get(run);
    if (what) return what;
  }
  return undefined;
}

/** Enough to find the place in the source. */
function blank(line: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, "…"), line);
  return clean.replaceAll(/\d/g, "#").slice(0, 300);
}
