import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { type KeyNetwork, rememberNetwork } from "../db/queries/api-key-networks.ts";
import { type ApiKeyRow, type KeyUse, recordUse, selectKey } from "../db/queries/api-keys.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { inTransaction } from "../db/transaction.ts";
import { createAddressList, networkOf } from "./addresses.ts";
import { hashOf, readKey, trimmedKey } from "./key-format.ts";
import type { GuessGuard, Turn } from "./limits.ts";

/** A key may be so old here; what buys or changes an order reads its row again. */
const KEPT_MS = 5_000;
const MAX_KEPT = 10_000;
const WRITE_USE_EVERY_MS = 60_000;
const MAX_CLIENT_LENGTH = 120;

/** Who asks, as the connection and the request tell it. */
export interface Caller {
  /** All keys that the request names; two different ones are none. */
  readonly keys: readonly string[];
  /** Null: not known. */
  readonly address: string | null;
  /** User-Agent. */
  readonly client: string | null;
}

export type Authenticated =
  | { readonly kind: "known"; readonly key: ApiKeyRow }
  /**
   * No key, a wrong one, or one that is over; from outside they look the same. `turn`: when to answer.
   * `isElsewhere`: the key is right, but this address is not on its list.
   */
  | { readonly kind: "wrong"; readonly turn: Turn; readonly isElsewhere: boolean };

export interface Authenticator {
  authenticate(caller: Caller): Promise<Authenticated>;
  /** The key's row as it is now. Undefined: it was revoked or has run out. */
  current(keyId: string): Promise<ApiKeyRow | undefined>;
  /** The next request reads this key's row again. */
  forget(keyId: string): void;
  /** Writes down which keys were used since the last time. */
  flush(): Promise<void>;
}

export interface AuthenticatorDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly guard: GuessGuard;
  /** For the metrics. */
  readonly onWrongKey: () => void;
}

const ELSEWHERE = "address is not on the key's list";

interface Kept {
  readonly atMs: number;
  readonly key: ApiKeyRow | undefined;
  readonly isAllowedFrom: (address: string) => boolean;
}

/** Compared with where there is no key of this id, so that both take as long. */
const nobodysHash = hashOf("");

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { db, clock, logger } = deps;
  const kept = new Map<string, Kept>();
  const uses = new Map<string, KeyUse>();
  const networks = new Map<string, KeyNetwork>();
  let writtenAtMs = clock.now().getTime();

  async function load(id: string): Promise<Kept> {
    const atMs = clock.now().getTime();
    const known = kept.get(id);
    if (known && atMs - known.atMs < KEPT_MS && atMs >= known.atMs) return known;
    const key = await selectKey(db, id);
    const isAllowedFrom = key && key.cidrs.length > 0 ? createAddressList(key.cidrs) : () => true;
    const fresh = { atMs, key, isAllowedFrom };
    kept.delete(id);
    kept.set(id, fresh);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return fresh;
  }

  /** The key, and why it does not count; the reason is for the log alone. */
  async function check({ keys, address }: Caller): Promise<ApiKeyRow | { id: string | null; why: string }> {
    const different = new Set(keys.map(trimmedKey).filter((key) => key !== ""));
    const [given] = different;
    const parts = given === undefined || different.size > 1 ? undefined : readKey(given);
    if (!parts) return { id: null, why: "no key of ours" };
    const { key, isAllowedFrom } = await load(parts.id);
    const isSame = timingSafeEqual(hashOf(parts.secret), key?.secretHash ?? nobodysHash);
    const { id } = parts;
    if (!key || !isSame) return { id, why: "wrong secret" };
    if (!isLive(key, clock.now())) return { id, why: "revoked or run out" };
    if (key.cidrs.length > 0 && (address === null || !isAllowedFrom(address))) return { id, why: ELSEWHERE };
    return key;
  }

  function use(key: ApiKeyRow, { address, client }: Caller): void {
    const at = clock.now();
    const requests = (uses.get(key.id)?.requests ?? 0) + 1;
    uses.set(key.id, {
      id: key.id,
      requests,
      at,
      ip: address,
      client: client?.slice(0, MAX_CLIENT_LENGTH) ?? null,
    });
    const network = address === null ? undefined : networkOf(address);
    if (network !== undefined && networks.size < MAX_KEPT)
      networks.set(`${key.id} ${network}`, { keyId: key.id, network, at });
    if (at.getTime() - writtenAtMs < WRITE_USE_EVERY_MS) return;
    // In the background: nobody waits for statistics, and what is lost with a process is a minute of them.
    void flush().catch((error: unknown) =>
      logger.warn({ err: error }, "the use of keys was not written down"),
    );
  }

  async function flush(): Promise<void> {
    writtenAtMs = clock.now().getTime();
    const taken = [...uses.values()];
    uses.clear();
    const from = [...networks.values()];
    networks.clear();
    await recordUse(db, taken);
    for (const one of from) await tellOfNetwork(db, one);
  }

  return {
    async authenticate(caller) {
      const result = await check(caller);
      if (!("why" in result)) {
        use(result, caller);
        return { kind: "known", key: result };
      }
      deps.onWrongKey();
      logger.info({ keyId: result.id, why: result.why }, "a request with a key that does not count");
      const subjects = [`address ${caller.address ?? "unknown"}`, ...(result.id === null ? [] : [result.id])];
      return { kind: "wrong", turn: deps.guard.wrong(subjects), isElsewhere: result.why === ELSEWHERE };
    },
    async current(keyId) {
      kept.delete(keyId);
      const { key } = await load(keyId);
      return key && isLive(key, clock.now()) ? key : undefined;
    },
    forget: (keyId) => void kept.delete(keyId),
    flush,
  };
}

/** Tells the owner of the first use from a network, once a day a key at most. */
async function tellOfNetwork(db: Database, { keyId, network, at }: KeyNetwork): Promise<void> {
  await inTransaction(db, async (tx) => {
    const owner = await rememberNetwork(tx, { keyId, network, at });
    if (!owner) return;
    const { buyerId, telegramId: chatId, name } = owner;
    const message = { kind: "api_new_network" as const, name, network };
    const dedupeKey = `api_new_network:${keyId}:${at.toISOString().slice(0, 10)}`;
    await enqueue(tx, { chatId, buyerId, message, dedupeKey, at });
  });
}

export function isLive(key: Pick<ApiKeyRow, "revokedAt" | "expiresAt">, now: Date): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}
