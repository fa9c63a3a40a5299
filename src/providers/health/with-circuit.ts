import type { Logger } from "../../core/logger.ts";
import type { Provider } from "../port/provider.ts";
import { ProviderError } from "../port/provider-error.ts";
import type { ProviderHealth } from "./health.ts";

export interface WithCircuitDeps {
  readonly health: ProviderHealth;
  readonly logger: Logger;
}

/**
 * Wraps a provider and records the outcome of every call. It blocks no call: an open circuit only hides offers (the
 * catalogue reads provider_health), while open orders are still checked and cancelled.
 */
export function withCircuit(provider: Provider, deps: WithCircuitDeps): Provider {
  const { health, logger } = deps;
  const { name } = provider;

  /** Swallows errors: a purchase that succeeded must not fail because its health record could not be written. */
  async function record(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      logger.warn({ provider: name, error }, "provider health was not recorded");
    }
  }

  async function failed(error: unknown): Promise<void> {
    if (!(error instanceof ProviderError)) return;
    const { kind, retryAfterMs = null } = error;
    await record(() => health.recordFailure(name, { kind, retryAfterMs }));
  }

  async function watchFailure<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      await failed(error);
      throw error;
    }
  }

  async function watch<T>(call: () => Promise<T>): Promise<T> {
    const result = await watchFailure(call);
    await record(() => health.recordSuccess(name));
    return result;
  }

  return {
    name,
    protocol: provider.protocol,
    capabilities: provider.capabilities,
    reserve: (priority, count) => provider.reserve(priority, count),
    async balance(options) {
      const balance = await watchFailure(() => provider.balance(options));
      if (balance) await record(() => health.recordBalance(name, balance));
      return balance;
    },
    // Lists and configured prices may come from our own tables, so their success proves nothing about the upstream.
    services: (options) => watchFailure(() => provider.services(options)),
    countries: (options) => watchFailure(() => provider.countries(options)),
    prices: (query, options) =>
      provider.capabilities.prices === "configured"
        ? watchFailure(() => provider.prices(query, options))
        : watch(() => provider.prices(query, options)),
    buy: (request, options) => watch(() => provider.buy(request, options)),
    check: (upstreamId, options) => watch(() => provider.check(upstreamId, options)),
    async *checkMany(upstreamIds, options) {
      try {
        for await (const page of provider.checkMany(upstreamIds, options)) {
          await record(() => health.recordSuccess(name));
          yield page;
        }
      } catch (error) {
        await failed(error);
        throw error;
      }
    },
    text: (upstreamId, code, options) => watch(() => provider.text(upstreamId, code, options)),
    cancel: (upstreamId, options) => watch(() => provider.cancel(upstreamId, options)),
    ban: (upstreamId, options) => watch(() => provider.ban(upstreamId, options)),
    another: (upstreamId, options) => watch(() => provider.another(upstreamId, options)),
    finish: (upstreamId, options) => watch(() => provider.finish(upstreamId, options)),
    active: (options) => watch(() => provider.active(options)),
    parseWebhook: (body) => provider.parseWebhook(body),
  };
}
