import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import { addMs, type Clock } from "../core/clock.ts";
import type { ShopErrorCode } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { insertNamedPurchase, selectNamedPurchase } from "../db/queries/api-buyers.ts";
import { type ApiOrderRow, selectApiOrder } from "../db/queries/api-orders.ts";
import type { KeyOrders, KeyRefusal, KeyTerms } from "../orders/by-key/key-orders.ts";
import type { OrderLimits } from "../orders/limits.ts";
import { admit, NAME_MS } from "./admit.ts";
import { refusalBeforeAsking } from "./before-asking.ts";
import type { BuyingKey, BuyOutcome, BuyRefusal, BuyRequest } from "./buying.ts";

/** Every client that was tried waits so long for an answer; some no longer. */
const ANSWER_WITHIN_MS = 8_000;
/** After that nobody waits any more, also if the process that waited has died. */
const WAITING_ENDS_MS = 10_000;
/** How often an order is looked at that another replica may be placing. */
const LOOK_EVERY_MS = 250;

export interface BuyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: Pick<Catalog, "quote" | "knownPrice">;
  readonly orders: Pick<KeyOrders, "purchase" | "adopt" | "waitFor" | "abandoned">;
  readonly limits: OrderLimits;
  readonly checkpoint: Checkpoint;
}

/** `signal` aborts when the client has gone. */
export type Buy = (key: BuyingKey, request: BuyRequest, signal: AbortSignal) => Promise<BuyOutcome>;

interface Patience {
  readonly waitUntil: Date;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly orderId: string;
  /** Resolves when this process has placed the order; null: perhaps another one places it. */
  readonly ended: Promise<void> | null;
}

/**
 * Buys a number and waits for it, one number an intention. A client whose answer got lost asks again, so a number that
 * nobody was told about goes to the next equal request instead of a new one. When this waits no longer, the order is left
 * behind for that; it is never bought a second time.
 */
export function createBuy(deps: BuyDeps): Buy {
  const { clock, orders } = deps;

  async function begin(
    key: BuyingKey,
    request: BuyRequest,
    { waitUntil, signal }: Patience,
  ): Promise<Waiting | BuyRefusal | { readonly kind: "none" }> {
    const known = await namedBefore(deps, key.chainId, request);
    if (known === "other") return { kind: "refused", refusal: { code: "name_reused" } };
    if (known !== undefined) {
      await orders.waitFor(known, waitUntil);
      // From now on it does not go back untold; it may have until now.
      if ((await namedBefore(deps, key.chainId, request)) === known) return { orderId: known, ended: null };
    }
    const left =
      request.name === null && (await orders.adopt({ ...request, chainId: key.chainId, waitUntil }));
    if (left) return { orderId: left, ended: null };
    return await purchase(deps, key, request, { waitUntil, signal });
  }

  return async (key, request, signal) => {
    const startedAt = clock.now();
    const begun = await begin(key, request, {
      waitUntil: addMs(startedAt, WAITING_ENDS_MS),
      signal,
    });
    if ("kind" in begun) {
      // The client hears one of few words; the operator may need the reason.
      const code = begun.kind === "refused" ? begun.refusal.code : begun.kind;
      deps.logger.debug({ keyId: key.id, code }, "a key bought nothing");
      return begun;
    }
    const order = await waitFor(deps, begun, { until: addMs(startedAt, ANSWER_WITHIN_MS), signal });
    deps.checkpoint("key/rented");
    if (order?.phone != null && isTellable(order))
      return { kind: "number", order: { ...order, phone: order.phone } };
    await leave(deps, begun.orderId);
    return { kind: "none" };
  };
}

/** A number that went back is answered only to the client that was told it before. */
function isTellable({ state, toldAt }: ApiOrderRow): boolean {
  return state !== "failed" && (toldAt !== null || !["cancelling", "cancelled", "expired"].includes(state));
}

/** From here on the money may be held, so whatever fails, the client hears only that there is no number. */
async function waitFor(
  deps: BuyDeps,
  { orderId, ended }: Waiting,
  { until, signal }: { readonly until: Date; readonly signal: AbortSignal },
): Promise<ApiOrderRow | undefined> {
  const { db, clock, logger } = deps;
  const placing = { isOver: ended === null };
  void ended?.then(() => {
    placing.isOver = true;
  });
  try {
    for (;;) {
      const order = await selectApiOrder(db, orderId);
      const leftMs = until.getTime() - clock.now().getTime();
      if (order?.state !== "placing" || leftMs <= 0 || signal.aborted) return order;
      await untilPlaced(clock, placing.isOver ? null : ended, Math.min(LOOK_EVERY_MS, leftMs), signal);
    }
  } catch (error) {
    logger.error({ orderId, err: error }, "waiting for a number failed");
    return undefined;
  }
}

async function untilPlaced(
  clock: Clock,
  placing: Promise<void> | null,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const sleeping = new AbortController();
  const slept = clock.sleep(ms, AbortSignal.any([sleeping.signal, signal]));
  await (placing ? Promise.race([placing, slept]) : slept);
  sleeping.abort();
}

async function leave(deps: BuyDeps, orderId: string): Promise<void> {
  try {
    await deps.orders.abandoned(orderId);
  } catch (error) {
    // It is left behind in any case when its time to wait has passed.
    deps.logger.warn({ orderId, err: error }, "an order that nobody waits for was not left at once");
  }
}

async function purchase(
  deps: BuyDeps,
  key: BuyingKey,
  request: BuyRequest,
  { waitUntil, signal }: Patience,
): Promise<Waiting | BuyRefusal | { readonly kind: "none" }> {
  const { id: keyId, chainId, buyerId } = key;
  const { serviceId, countryId, maxPriceMicros, name } = request;
  const early = await refusalBeforeAsking(deps, key, request);
  if (early) return early;
  const quoted = await deps.catalog.quote({
    buyerId,
    serviceId,
    countryId,
    language: "en",
    askAs: "background",
  });
  if (quoted.kind === "refused") return refused(quoted.code);
  const { priceMicros, id: quoteId } = quoted.quote;
  // Gone before anything was bought: then nothing is.
  if (signal.aborted) return { kind: "none" };
  if (maxPriceMicros !== null && priceMicros > maxPriceMicros) return { kind: "too_dear", priceMicros };
  const terms: KeyTerms = {
    keyId,
    clientOrderId: name,
    waitUntil,
    admit: (tx, { at }) =>
      admit(tx, deps.limits, { keyId, chainId, buyerId, priceMicros, clientOrderId: name, at }),
    record: async (tx, orderId, at) => {
      if (name === null) return;
      await insertNamedPurchase(tx, { chainId, value: name, requestHash: hashOf(request), orderId, at });
    },
  };
  const result = await deps.orders.purchase({ buyerId, quoteId, terms });
  switch (result.kind) {
    case "placed":
      return { orderId: result.orderId, ended: result.ended };
    case "already":
      return { orderId: result.orderId, ended: null };
    case "short":
      return refused("insufficient_funds");
    case "refused":
      return refused(result.code);
    case "not_admitted":
      return await afterRefusal(deps, chainId, request, result.refusal);
  }
}

/** Another request of this name was quicker: its purchase is this one's too. */
async function afterRefusal(
  deps: BuyDeps,
  chainId: string,
  request: BuyRequest,
  refusal: KeyRefusal,
): Promise<Waiting | BuyRefusal> {
  const known = refusal.code === "repeated" ? await namedBefore(deps, chainId, request) : undefined;
  if (known === "other") return { kind: "refused", refusal: { code: "name_reused" } };
  return known === undefined ? { kind: "refused", refusal } : { orderId: known, ended: null };
}

function refused(code: ShopErrorCode): BuyRefusal {
  return { kind: "refused", refusal: { code } };
}

/** The order of an earlier request with this name; "other": that one asked for something else. */
async function namedBefore(
  { db, clock }: BuyDeps,
  chainId: string,
  request: BuyRequest,
): Promise<string | "other" | undefined> {
  if (request.name === null) return undefined;
  const now = clock.now();
  const named = await selectNamedPurchase(db, chainId, request.name, { since: addMs(now, -NAME_MS), now });
  if (!named) return undefined;
  return named.requestHash === hashOf(request) ? named.orderId : "other";
}

function hashOf({ serviceId, countryId, maxPriceMicros }: BuyRequest): string {
  const content = [serviceId, countryId, maxPriceMicros === null ? "" : maxPriceMicros.toString()].join("\n");
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
