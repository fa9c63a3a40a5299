import { deriveWebhookSecrets, providerWebhookPath } from "../../core/webhook-secrets.ts";
import type { Database } from "../../db/client.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { readWebhookMaster, wasMasterShown } from "../../shop/webhook-master.ts";
import { type Answer, pass, type Report, warn } from "./report.ts";

export interface WebhookDeps {
  readonly publicUrl: string | null;
  /** WEBHOOK_SECRET; null: the one that the database keeps. */
  readonly webhookSecret: string | null;
}

/**
 * Prints the address that each provider has to call. These are secrets, and this is the only place that shows them: the
 * operator has to enter them at the provider.
 */
export async function showWebhooks(
  report: Report,
  deps: WebhookDeps,
  providers: readonly Provider[],
  db: Database | undefined,
): Promise<void> {
  const { publicUrl, webhookSecret } = deps;
  if (publicUrl === null) return;
  await report.check("webhook secret", () => lookAtMaster(webhookSecret, db));
  const names = providers.filter(({ capabilities }) => capabilities.webhook).map(({ name }) => name);
  for (const name of names) {
    await report.check(`webhook ${name}`, async () => {
      const master = db ? await readWebhookMaster(db, webhookSecret) : webhookSecret;
      if (master == null) return warn("the secret of its address is not made yet. Next: npm start makes it");
      const address = `${publicUrl}${providerWebhookPath(deriveWebhookSecrets(master), name)}`;
      return pass(`${address} (secret: enter it at the provider, show it to nobody else)`);
    });
  }
}

async function lookAtMaster(configured: string | null, db: Database | undefined): Promise<Answer> {
  if (configured === null) return pass("generated, kept in the database");
  if (db && (await wasMasterShown(db, configured))) {
    const next = "Next: set it to a new value, restart, and enter the new addresses at the providers";
    return warn(`providers may know WEBHOOK_SECRET from an older version. ${next}`);
  }
  return pass("set by WEBHOOK_SECRET");
}
