import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import { selectLiveKeys } from "../../db/queries/api-keys.ts";
import { lockBuyer } from "../../db/queries/buyers.ts";
import {
  deleteWebhook,
  oweTest,
  putWebhook,
  selectWebhook,
  type WebhookRow,
} from "../../db/queries/webhooks.ts";
import { inTransaction } from "../../db/transaction.ts";
import { allowedAddress, readWebhookUrl, type WebhookNetwork } from "./network.ts";

/** A webhook as its owner may see it. */
export type WebhookView = Omit<WebhookRow, "salt" | "chainId">;

export type SetWebhook =
  /** `secret` is shown now, and never again. */
  | { readonly kind: "set"; readonly secret: string }
  /** Not https, too long, with a password in it, or of a host whose addresses are not public. */
  | { readonly kind: "refused" | "not_found" };

/** What owners do with the webhook of a key. It belongs to the key and to those that replace it. */
export interface Webhooks {
  find(buyerId: string, keyId: string): Promise<WebhookView | undefined>;
  /** Looks the name up; calls nobody. */
  set(buyerId: string, keyId: string, url: string): Promise<SetWebhook>;
  remove(buyerId: string, keyId: string): Promise<void>;
  /** Owes a sample call. False: there is no webhook, it is off, or one is owed already. */
  test(buyerId: string, keyId: string): Promise<boolean>;
}

export interface WebhooksDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly network: WebhookNetwork;
  readonly signingKey: (chainId: string, salt: string) => Buffer;
  /** A call is owed now. */
  readonly onCall: () => void;
}

/** The beginning of a secret in Standard Webhooks' spelling; libraries expect it. */
const SECRET_PREFIX = "whsec_";

export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { db, clock, network } = deps;

  async function chainOf(buyerId: string, keyId: string): Promise<string | undefined> {
    return (await selectLiveKeys(db, buyerId, clock.now())).find(({ id }) => id === keyId)?.chainId;
  }

  async function isPublic(url: URL): Promise<boolean> {
    try {
      return (await allowedAddress(network, url)) !== undefined;
    } catch {
      // A name that nobody knows.
      return false;
    }
  }

  return {
    async find(buyerId, keyId) {
      const chainId = await chainOf(buyerId, keyId);
      const row = chainId === undefined ? undefined : await selectWebhook(db, chainId);
      if (!row) return undefined;
      const { url, offAt, lastAt, lastResult } = row;
      return { url, offAt, lastAt, lastResult };
    },
    async set(buyerId, keyId, text) {
      const chainId = await chainOf(buyerId, keyId);
      if (chainId === undefined) return { kind: "not_found" };
      const url = readWebhookUrl(text, network);
      if (!url || !(await isPublic(url))) return { kind: "refused" };
      const salt = randomBytes(16).toString("base64url");
      await inTransaction(db, async (tx) => {
        await lockBuyer(tx, buyerId);
        await putWebhook(tx, { chainId, url: url.href, salt, at: clock.now() });
      });
      return { kind: "set", secret: SECRET_PREFIX + deps.signingKey(chainId, salt).toString("base64") };
    },
    async remove(buyerId, keyId) {
      const chainId = await chainOf(buyerId, keyId);
      if (chainId !== undefined) await deleteWebhook(db, chainId);
    },
    async test(buyerId, keyId) {
      const chainId = await chainOf(buyerId, keyId);
      const isOwed = chainId !== undefined && (await oweTest(db, chainId, clock.now()));
      if (isOwed) deps.onCall();
      return isOwed;
    },
  };
}
