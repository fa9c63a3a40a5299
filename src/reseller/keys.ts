import { addMs, type Clock } from "../core/clock.ts";
import type { Database, Tx } from "../db/client.ts";
import { acceptApiTerms, selectApiBuyer } from "../db/queries/api-buyers.ts";
import {
  type ApiKeyRow,
  insertKey,
  type KeyChange,
  type NewKey,
  replaceKey,
  revokeKey,
  selectLiveKeys,
  updateKey,
} from "../db/queries/api-keys.ts";
import { acceptTerms, lockBuyer } from "../db/queries/buyers.ts";
import { inTransaction } from "../db/transaction.ts";
import { hashOf, makeKey } from "./key-format.ts";
import { MAX_KEYS, ROTATION_MS } from "./limits.ts";

/** The version of the API's own terms (texts/<language>/reseller.ts). */
export const API_TERMS_VERSION = 1;
const MAX_NAME_LENGTH = 32;

export type { KeyChange, StatusStyle } from "../db/queries/api-keys.ts";

/** A key as its owner may see it. */
export type KeyView = Omit<ApiKeyRow, "secretHash">;

/** `text` is the whole key: it is shown now, and never again. */
export type MadeKey =
  | { readonly kind: "made"; readonly text: string; readonly key: KeyView }
  | { readonly kind: "too_many" | "terms_not_accepted" | "not_found" };

/** What owners do with their keys. Another buyer's key reads as one that does not exist. */
export interface ApiKeys {
  hasAcceptedTerms(buyerId: string): Promise<boolean>;
  /** Accepts the API's terms, and with them those of the chat. */
  acceptTerms(buyerId: string): Promise<void>;
  /** The keys that work, the oldest first. */
  list(buyerId: string): Promise<readonly KeyView[]>;
  create(buyerId: string, name: string): Promise<MadeKey>;
  /** A new key with the same name and limits, counted with the old one, which works for another day. One that the old one replaced ends. */
  rotate(buyerId: string, keyId: string): Promise<MadeKey>;
  change(buyerId: string, keyId: string, change: KeyChange): Promise<KeyView | undefined>;
  /** The key buys nothing from this moment on, and is unknown everywhere within seconds. */
  revoke(buyerId: string, keyId: string): Promise<boolean>;
}

export interface ApiKeysDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Of the chat. */
  readonly termsVersion: number;
  /** This key has changed: what is remembered of it is old. */
  readonly onChange: (keyId: string) => void;
}

export function createApiKeys(deps: ApiKeysDeps): ApiKeys {
  const { db, clock } = deps;

  /** Under the lock of the buyer's row, so that two taps at once make no sixth key. */
  async function make(
    buyerId: string,
    chooseFrom: (live: readonly ApiKeyRow[]) => ApiKeyRow | Pick<NewKey, "name"> | undefined,
  ): Promise<MadeKey> {
    return await inTransaction(db, async (tx): Promise<MadeKey> => {
      const at = clock.now();
      const buyer = await lockBuyer(tx, buyerId);
      if (buyer?.telegramId == null) return { kind: "not_found" };
      const { termsVersion } = await selectApiBuyer(tx, buyerId);
      if ((termsVersion ?? 0) < API_TERMS_VERSION) return { kind: "terms_not_accepted" };
      const live = await selectLiveKeys(tx, buyerId, at);
      const model = chooseFrom(live);
      if (!model) return { kind: "not_found" };
      const isRotation = "id" in model;
      const chains = new Set(live.map(({ chainId }) => chainId));
      if (!isRotation && chains.size >= MAX_KEYS) return { kind: "too_many" };
      const { text, id } = await insertNew(tx, { ...freshKey, ...model, buyerId, createdAt: at });
      if (isRotation) {
        const next = { replacedBy: id, expiresAt: addMs(at, ROTATION_MS), at };
        for (const changed of await replaceKey(tx, model, next)) deps.onChange(changed);
      }
      const key = (await selectLiveKeys(tx, buyerId, at)).find((row) => row.id === id);
      return key ? { kind: "made", text, key: withoutSecret(key) } : { kind: "not_found" };
    });
  }

  return {
    hasAcceptedTerms: async (buyerId) =>
      ((await selectApiBuyer(db, buyerId)).termsVersion ?? 0) >= API_TERMS_VERSION,
    acceptTerms: async (buyerId) => {
      const at = clock.now();
      await inTransaction(db, async (tx) => {
        await acceptTerms(tx, buyerId, deps.termsVersion, at);
        await acceptApiTerms(tx, buyerId, API_TERMS_VERSION, at);
      });
    },
    list: async (buyerId) => (await selectLiveKeys(db, buyerId, clock.now())).map(withoutSecret),
    create: (buyerId, name) => make(buyerId, () => ({ name: nameOf(name) })),
    rotate: (buyerId, keyId) =>
      make(buyerId, (live) => live.find(({ id, expiresAt }) => id === keyId && expiresAt === null)),
    change: async (buyerId, id, change) => {
      const named = change.name === undefined ? change : { ...change, name: nameOf(change.name) };
      const row = await updateKey(db, { id, buyerId, change: named });
      deps.onChange(id);
      return row && withoutSecret(row);
    },
    revoke: async (buyerId, id) => {
      const isDone = await revokeKey(db, id, buyerId, clock.now());
      deps.onChange(id);
      return isDone;
    },
  };
}

const freshKey = {
  scope: "buy",
  cidrs: [],
  maxPriceMicros: null,
  dailyCapMicros: null,
  maxOpen: null,
  style: "wait",
} as const;

async function insertNew(
  tx: Tx,
  key: Omit<NewKey, "id" | "chainId" | "secretHash"> & Partial<Pick<NewKey, "chainId">>,
): Promise<{ readonly text: string; readonly id: string }> {
  for (;;) {
    const { id, secret, text } = makeKey();
    // One id in 57 billion is taken already; then another one is made.
    if (await insertKey(tx, { chainId: id, ...key, id, secretHash: hashOf(secret) })) return { text, id };
  }
}

function nameOf(text: string): string {
  const name = text.replace(/\s+/g, " ").trim().slice(0, MAX_NAME_LENGTH);
  return name === "" ? "API" : name;
}

function withoutSecret({ secretHash: _, ...key }: ApiKeyRow): KeyView {
  return key;
}
