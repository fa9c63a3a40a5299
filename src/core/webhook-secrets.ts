import { createHmac } from "node:crypto";

/** Who calls a webhook gets a secret of their own; none of them tells another one, or the master. */
export interface WebhookSecrets {
  /** Telegram's `secret_token`. */
  readonly telegram: string;
  /** The end of a provider's webhook address. */
  provider(name: string): string;
  /** The key that calls to a reseller's server are signed with: 32 bytes. */
  reseller(chainId: string, salt: string): Buffer;
  /** Recognises the master without holding it. */
  readonly fingerprint: string;
}

/** Derives every webhook secret from the master: hex(HMAC-SHA256(master, purpose)). The master itself is sent to nobody. */
export function deriveWebhookSecrets(master: string): WebhookSecrets {
  const derive = (purpose: string): string => createHmac("sha256", master).update(purpose).digest("hex");
  return {
    telegram: derive("telegram"),
    provider: (name) => derive(`provider:${name}`),
    reseller: (chainId, salt) => createHmac("sha256", master).update(`reseller:${chainId}:${salt}`).digest(),
    fingerprint: derive("fingerprint"),
  };
}

/** The path that a provider calls; it follows PUBLIC_URL. */
export function providerWebhookPath(secrets: WebhookSecrets, name: string): string {
  return `/webhooks/providers/${name}/${secrets.provider(name)}`;
}
