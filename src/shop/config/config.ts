import { z } from "zod";
import type { ProviderSettings } from "../../providers/port/settings.ts";
import { presets } from "../../providers/presets.ts";
import { type GatewayName, gatewayNames } from "../../topups/topups.ts";
import { type AdjustableTexts, adjustableFields, adjustableIn } from "./adjustable.ts";
import * as field from "./fields.ts";
import { type Presets, type Problem, readProviders, type Variables } from "./provider-settings.ts";
import { type ReferralSettings, referralFields, referralOf } from "./referral.ts";
import { type ResellerSettings, resellerFields, resellerOf } from "./reseller.ts";
import { type UpkeepSettings, upkeepFields, upkeepOf } from "./upkeep.ts";

export type LogLevel = (typeof logLevels)[number];
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

const OFFICIAL_API_ROOT = "https://api.telegram.org";
const SHORT_SECRET = 16;

/** Everything an operator can set, parsed. Durations are milliseconds, money is micro-dollars. */
export interface Config {
  readonly telegram: { readonly token: string; readonly apiRoot: string };
  /** `url` null: the embedded database in `dataDir`. */
  readonly database: { readonly url: string | null; readonly dataDir: string };
  /** Webhooks and bare health, for the world. */
  readonly http: { readonly host: string; readonly port: number };
  /** Metrics and details, for the operator. */
  readonly admin: { readonly host: string; readonly port: number };
  /** No trailing slash. Null: long polling, no webhooks. */
  readonly publicUrl: string | null;
  /** Master of all webhook secrets. Null: generate one and keep it in the database. */
  readonly webhookSecret: string | null;
  readonly adminIds: readonly number[];
  readonly providers: readonly ProviderSettings[];
  readonly topups: {
    readonly gateways: readonly GatewayName[];
    readonly cryptoPay: { readonly token: string; readonly apiRoot: string } | null;
  };
  /** Used only where a provider does not say. */
  readonly orders: { readonly cancelAfterMs: number; readonly lifetimeMs: number };
  /** Null: nobody is paid for inviting friends. */
  readonly referral: ReferralSettings | null;
  readonly reseller: ResellerSettings;
  readonly upkeep: UpkeepSettings;
  /** What the environment says of the settings that owners may also change at the desk: see adjustable.ts. */
  readonly adjustable: AdjustableTexts;
  /** Service ids that are sold although the blocklist names them. */
  readonly allowedServices: readonly string[];
  readonly logLevel: LogLevel;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const base = z.object({
  BOT_TOKEN: z
    .string({
      error: "is missing: get a token from @BotFather, or run `npm run demo` to try the shop without one",
    })
    .trim()
    .regex(/^\d{1,20}:[A-Za-z0-9_-]+$/, {
      error: "must be a bot token as @BotFather gives it (digits:letters)",
    }),
  TELEGRAM_API_ROOT: field.baseUrl.default(OFFICIAL_API_ROOT),
  DATABASE_URL: z
    .string()
    .trim()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, { error: "must start with postgres:// or postgresql://" })
    .optional(),
  DATA_DIR: z.string().default("./data"),
  PORT: field.wholeNumber(0, 65_535).default(8080),
  HOST: z.string().trim().default("127.0.0.1"),
  ADMIN_PORT: field.wholeNumber(0, 65_535).default(8081),
  ADMIN_HOST: z.string().trim().default("127.0.0.1"),
  PUBLIC_URL: field.baseUrl.optional(),
  WEBHOOK_SECRET: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, { error: "must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -" })
    .optional(),
  ADMIN_IDS: field.telegramIds.default([]),
  TOPUPS: field.choices(gatewayNames).default(["stars"]),
  CRYPTO_PAY_TOKEN: z.string().trim().optional(),
  CRYPTO_PAY_API_ROOT: field.baseUrl.default("https://pay.crypt.bot/api"),
  CANCEL_AFTER_SECONDS: field.wholeNumber(0, 86_400).default(120),
  ORDER_LIFETIME_SECONDS: field.wholeNumber(60, 86_400).default(1200),
  ...referralFields,
  ...resellerFields,
  ...upkeepFields,
  ...adjustableFields,
  ALLOWED_SERVICES: z.string().transform(field.splitList).default([]),
  LOG_LEVEL: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }))
    .default("info"),
});

/**
 * Reads the operator's settings. Reports all problems at once, each with its variable and what is expected.
 * No problem or warning repeats a value, because the value may be a secret.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  known: Presets = presets,
): ConfigResult {
  const variables = withoutBlanks(env);
  const outcome = base.safeParse(variables);
  const providers = readProviders(variables, known);
  const problems: Problem[] = [...problemsOf(outcome.error), ...providers.problems];
  if (field.splitList(variables.TOPUPS ?? "").includes("crypto-pay") && !variables.CRYPTO_PAY_TOKEN) {
    problems.push({ variable: "CRYPTO_PAY_TOKEN", problem: "is missing: TOPUPS names crypto-pay" });
  }
  if (outcome.success && outcome.data.PORT !== 0 && outcome.data.PORT === outcome.data.ADMIN_PORT) {
    problems.push({ variable: "ADMIN_PORT", problem: "must be another port than PORT" });
  }
  if (!outcome.success || problems.length > 0) return { ok: false, problems };
  const config = assemble(outcome.data, providers.settings, adjustableIn(variables));
  return { ok: true, config, warnings: warningsOf(config) };
}

/** The same for commands that need only the database. */
export function loadDatabaseConfig(
  env: Readonly<Record<string, string | undefined>>,
): { ok: true; database: Config["database"] } | { ok: false; problems: readonly Problem[] } {
  const outcome = base.pick({ DATABASE_URL: true, DATA_DIR: true }).safeParse(withoutBlanks(env));
  if (!outcome.success) return { ok: false, problems: problemsOf(outcome.error) };
  const { DATABASE_URL: url = null, DATA_DIR: dataDir } = outcome.data;
  return { ok: true, database: { url, dataDir } };
}

function problemsOf(error: z.ZodError | undefined): Problem[] {
  return (error?.issues ?? []).map((issue) => ({ variable: issue.path.join("."), problem: issue.message }));
}

function withoutBlanks(env: Readonly<Record<string, string | undefined>>): Variables {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== "") kept[name] = value;
  }
  return kept;
}

function assemble(
  raw: z.infer<typeof base>,
  providers: readonly ProviderSettings[],
  adjustable: AdjustableTexts,
): Config {
  const takesCrypto = raw.TOPUPS.includes("crypto-pay") && raw.CRYPTO_PAY_TOKEN !== undefined;
  return {
    telegram: { token: raw.BOT_TOKEN, apiRoot: raw.TELEGRAM_API_ROOT },
    database: { url: raw.DATABASE_URL ?? null, dataDir: raw.DATA_DIR },
    http: { host: raw.HOST, port: raw.PORT },
    admin: { host: raw.ADMIN_HOST, port: raw.ADMIN_PORT },
    publicUrl: raw.PUBLIC_URL ?? null,
    webhookSecret: raw.WEBHOOK_SECRET ?? null,
    adminIds: raw.ADMIN_IDS,
    providers,
    topups: {
      gateways: raw.TOPUPS,
      cryptoPay: takesCrypto ? { token: raw.CRYPTO_PAY_TOKEN ?? "", apiRoot: raw.CRYPTO_PAY_API_ROOT } : null,
    },
    orders: { cancelAfterMs: raw.CANCEL_AFTER_SECONDS * 1000, lifetimeMs: raw.ORDER_LIFETIME_SECONDS * 1000 },
    referral: referralOf(raw),
    reseller: resellerOf(raw),
    upkeep: upkeepOf(raw),
    adjustable,
    allowedServices: raw.ALLOWED_SERVICES,
    logLevel: raw.LOG_LEVEL,
  };
}

/** Settings that work, but are probably not what the operator wants. */
function warningsOf(config: Config): Problem[] {
  const warnings: Problem[] = [];
  if (config.providers.length === 0) {
    warnings.push({
      variable: "PROVIDERS",
      problem: "is not set: nothing can be sold, /readyz stays not ready",
    });
  }
  if (config.adminIds.length === 0) {
    warnings.push({
      variable: "ADMIN_IDS",
      problem: "is not set: nobody is told when something needs attention",
    });
  }
  if (config.adminIds.length === 0 && config.upkeep.operatorsChat !== null) {
    warnings.push({
      variable: "OPERATORS_CHAT",
      problem: "needs ADMIN_IDS: nobody may act in the group, or is told when it cannot be reached",
    });
  }
  if (config.webhookSecret !== null && config.webhookSecret.length < SHORT_SECRET) {
    warnings.push({
      variable: "WEBHOOK_SECRET",
      problem: `is short: use ${SHORT_SECRET} characters or more`,
    });
  }
  if (config.publicUrl?.startsWith("http://") && config.telegram.apiRoot === OFFICIAL_API_ROOT) {
    warnings.push({ variable: "PUBLIC_URL", problem: "is not https: Telegram will not call it" });
  }
  return warnings;
}
