import { type DestinationStream, pino } from "pino";
import type { Logger } from "../core/logger.ts";
import type { LogLevel } from "./config/config.ts";

const REDACTED = "[redacted]";
/** Fields that hold personal data or secrets. Redacted at the top level and one level down. */
const PRIVATE_FIELDS = [
  "phone",
  "sms",
  "text",
  "token",
  "key",
  "apiKey",
  "api_key",
  "secret",
  "password",
  "authorization",
  "cookie",
  "headers",
  "url",
  "query",
  "body",
  "payload",
  "config",
  "update",
  "ctx",
];
const ERROR_FIELDS = ["error", "err", "cause", "reason"];
/** A shorter secret is not searched for: so short a text also appears in harmless lines. */
const MIN_SECRET_LENGTH = 8;
const MAX_CAUSES = 3;
const MAX_TEXT = 4000;

export interface LoggingOptions {
  readonly destination?: DestinationStream;
  /** Values that must not appear in any line, wherever they come from. */
  readonly secrets?: readonly string[];
}

/**
 * Writes JSON lines to stdout. Private data is kept out in three ways: named fields are redacted, errors are reduced by
 * {@link safeError}, and every finished line is searched for bot tokens, URL queries and the configured secrets.
 */
export function createLogger(level: LogLevel, options: LoggingOptions = {}): Logger {
  const scrubSecrets = secretScrubber(options.secrets ?? []);
  const serializers = Object.fromEntries(ERROR_FIELDS.map((field) => [field, serialize]));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactPaths(), censor },
      serializers,
      hooks: { streamWrite: (line) => scrubSecrets(scrubAddresses(line)) },
    },
    options.destination ?? pino.destination(1),
  );
}

function redactPaths(): string[] {
  return [...PRIVATE_FIELDS, "code"].flatMap((field) => [field, `*.${field}`]);
}

/** `code` may be an SMS code or the code of an error: words are kept, anything else is redacted. */
function censor(value: unknown, path: string[]): unknown {
  if (path.at(-1) !== "code") return REDACTED;
  if (path.length > 1 && ERROR_FIELDS.includes(path[0] ?? "")) return value;
  return typeof value === "string" && /^[a-z_]+$/i.test(value) ? value : REDACTED;
}

function serialize(value: unknown): unknown {
  if (value instanceof Error) return safeError(value);
  return typeof value === "string" ? scrub(value) : value;
}

/** The part of an error that helps to find the fault, and nothing else. */
export interface SafeError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SafeError;
}

/**
 * The loggable part of anything thrown: name, code, scrubbed message and stack, and the same of its causes.
 * Other properties are left out, because libraries attach requests, contexts and configurations to their errors.
 */
export function safeError(thrown: unknown, depth = 0): SafeError {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: scrub(String(thrown)) };
  const cause = depth < MAX_CAUSES ? causeOf(thrown) : undefined;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  return {
    name: thrown.name,
    message: scrub(thrown.message),
    ...(code === undefined ? {} : { code: scrub(code) }),
    ...(thrown.stack === undefined ? {} : { stack: scrub(thrown.stack) }),
    ...(cause === undefined ? {} : { cause: safeError(cause, depth + 1) }),
  };
}

/** grammY keeps the original in `error`; a failed connection is an AggregateError with `errors`. */
function causeOf(error: Error): unknown {
  if (error.cause !== undefined) return error.cause;
  if ("error" in error && error.error instanceof Error) return error.error;
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

/** Removes bot tokens, credentials and queries of URLs, and numbers as long as a phone number. */
function scrub(text: string): string {
  return scrubAddresses(text.slice(0, MAX_TEXT)).replace(DIGITS, (match) =>
    match.includes("-") ? match : "[digits]",
  );
}

/** UUIDs are matched first and kept: they may contain many digits in a row by chance. */
const DIGITS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\+\d[\d ()]{6,}\d|\d{7,}/gi;
const BOT_TOKEN = /\d{5,}:[A-Za-z0-9_-]{20,}/g;
const BOT_PATH = /\/bot\d+(?::|%3A)[^/\s"\\]+/gi;
const URL_USER = /([a-z][a-z0-9+.-]*:\/\/)[^\s/"@\\]+@/gi;
/** The secret at the end of a provider's webhook address. */
const WEBHOOK_SECRET = /(\/webhooks\/providers\/[^/\s"\\]+\/)[^\s"'?#\\]+/gi;
const URL_QUERY = /(https?:\/\/[^\s"'?#\\]+)[?#][^\s"'\\]*/gi;

function scrubAddresses(text: string): string {
  return text
    .replace(BOT_PATH, "/bot[token]")
    .replace(BOT_TOKEN, "[token]")
    .replace(URL_USER, "$1[redacted]@")
    .replace(WEBHOOK_SECRET, "$1[secret]")
    .replace(URL_QUERY, "$1?[redacted]");
}

/** For text that is written to a terminal instead of the log: what the logger would have made of it. */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const scrubSecrets = secretScrubber(secrets);
  return (text) => scrub(scrubSecrets(text));
}

function secretScrubber(secrets: readonly string[]): (line: string) => string {
  const known = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    // As it is, and as it looks inside a JSON string.
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (line) => known.reduce((text, secret) => text.replaceAll(secret, REDACTED), line);
}
