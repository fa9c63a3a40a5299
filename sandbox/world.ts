import type { Checkpoint } from "../src/core/checkpoint.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Logger } from "../src/core/logger.ts";
import { deriveWebhookSecrets, providerWebhookPath } from "../src/core/webhook-secrets.ts";
import type { Protocol } from "../src/providers/port/provider.ts";
import { presets } from "../src/providers/presets.ts";
import type { RequestRecord } from "../src/providers/transport/gate.ts";
import { loadConfig } from "../src/shop/config/config.ts";
import { type Shop, startShop } from "../src/shop/shop.ts";
import { type PretendProvider, startPretendProvider } from "./providers/server.ts";
import { type PretendTelegram, startPretendTelegram } from "./telegram/index.ts";

export interface WorldOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectionString: string;
  /** Provider name → protocol; default: one `oxgel`. */
  readonly providers?: Readonly<Record<string, Protocol>>;
  /** Further variables, as an operator would set them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly checkpoint?: Checkpoint;
  readonly onProviderRequest?: (record: RequestRecord) => void;
  /** How often pretend providers push the SMS that are due. */
  readonly pulseMs?: number;
  /** Called when the pretend systems run and before the shop starts. */
  readonly beforeShop?: (outside: Outside) => Promise<void>;
}

/** The real shop with a pretend Telegram and pretend providers, over real HTTP and with a real database. */
export interface World {
  readonly telegram: PretendTelegram;
  readonly providers: ReadonlyMap<string, PretendProvider>;
  readonly shop: Shop;
  close(): Promise<void>;
}

const WEBHOOK_SECRET = "sandbox-webhook-secret";

/** Starts everything. Rejects if the shop does not accept the settings. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { clock, logger, connectionString } = options;
  const outside = await startOutside(options);
  const { telegram, providers } = outside;
  await options.beforeShop?.(outside);
  const ports = { PORT: "0", ADMIN_PORT: "0" };
  const result = loadConfig({ ...environmentOf(outside), ...ports, ...options.env }, presets);
  if (!result.ok)
    throw new Error(result.problems.map(({ variable, problem }) => `${variable} ${problem}`).join("; "));
  const shop = await startShop({
    config: result.config,
    clock,
    logger,
    connectionString,
    signal: new AbortController().signal,
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
    ...(options.onProviderRequest && { onProviderRequest: options.onProviderRequest }),
  });
  tellWebhooks(outside, `http://127.0.0.1:${shop.port}`, result.config.webhookSecret ?? WEBHOOK_SECRET);
  return {
    telegram,
    providers,
    shop,
    async close() {
      await shop.stop();
      await outside.close();
    },
  };
}

/** The pretend systems that the shop talks to. */
export interface Outside {
  readonly telegram: PretendTelegram;
  readonly providers: ReadonlyMap<string, PretendProvider>;
  close(): Promise<void>;
}

export async function startOutside(
  options: Pick<WorldOptions, "clock" | "providers" | "pulseMs">,
): Promise<Outside> {
  const { clock, pulseMs } = options;
  const telegram = await startPretendTelegram({ clock });
  const providers = new Map<string, PretendProvider>();
  for (const [name, protocol] of Object.entries(options.providers ?? { oxgel: "oxgel" as const })) {
    providers.set(
      name,
      await startPretendProvider({ protocol, clock, ...(pulseMs !== undefined && { pulseMs }) }),
    );
  }
  return {
    telegram,
    providers,
    async close() {
      await telegram.close();
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}

/** Enters the address of each provider's webhook there, as an operator would. `master`: WEBHOOK_SECRET. */
export function tellWebhooks(outside: Outside, publicUrl: string, master = WEBHOOK_SECRET): void {
  const secrets = deriveWebhookSecrets(master);
  for (const [name, provider] of outside.providers) {
    provider.setWebhookUrl(`${publicUrl}${providerWebhookPath(secrets, name)}`);
  }
}

/** The variables that an operator of this pretend world would set. */
export function environmentOf({ telegram, providers }: Outside): Record<string, string> {
  const env: Record<string, string> = {
    BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    WEBHOOK_SECRET,
    PROVIDERS: [...providers.keys()].join(","),
  };
  for (const [name, provider] of providers) {
    const prefix = `PROVIDER_${name.toUpperCase().replaceAll("-", "_")}`;
    env[`${prefix}_PROTOCOL`] = provider.protocol;
    env[`${prefix}_URL`] = provider.baseUrl;
    env[`${prefix}_KEY`] = provider.key;
    env[`${prefix}_RATE`] = "50";
    if (provider.protocol === "push-gateway") env[`${prefix}_PRICES`] = JSON.stringify(pricesOf(provider));
  }
  return env;
}

/** The value of PROVIDER_<NAME>_PRICES for a provider whose API has no prices. */
function pricesOf(provider: PretendProvider): Record<string, string> {
  const micros = (offer: { costMicros: bigint }): string => (Number(offer.costMicros) / 1_000_000).toFixed(6);
  return Object.fromEntries(provider.market.offers.map((offer) => [offer.countryCode, micros(offer)]));
}
