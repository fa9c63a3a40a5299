import { createHmac } from "node:crypto";
import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { enqueue } from "../../db/queries/outbox.ts";
import { claimCalls, type DueCall, settleCall, switchWebhookOff } from "../../db/queries/webhooks.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { NumberedCountries } from "../countries.ts";
import { webhookBody } from "./body.ts";
import { type PostResult, post, readWebhookUrl, type WebhookNetwork } from "./network.ts";

/** Waits before the second and each further try. After the last try the call is given up. */
const RETRY_MS = [5_000, 30_000, 120_000, 300_000, 900_000, 2_400_000, 3_600_000] as const;
/** Longer than a call may take: then whoever had it has died. */
const LEASE_MS = 20_000;
const IN_FLIGHT = 64;
const IN_FLIGHT_A_RECEIVER = 5;
/** Who has taken no call for so long, and so often, is called no more. */
const OFF_AFTER_MS = 24 * 60 * 60 * 1000;
const OFF_AFTER_FAILURES = 8;

export type DeliveryOutcome = "taken" | "failed" | "given_up" | "dropped";

export interface WebhookSenderDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly network: WebhookNetwork;
  readonly countries: NumberedCountries;
  /** The key that a receiver's calls are signed with. */
  readonly signingKey: (chainId: string, salt: string) => Buffer;
  /** For the metrics. */
  readonly onDelivery: (outcome: DeliveryOutcome) => void;
  /** A message to an owner was committed. */
  readonly onMessages: () => void;
}

export interface WebhookSender {
  /** Starts the calls that are due. Does not wait for their answers: a slow receiver holds up nobody. Returns how many. */
  begin(): Promise<number>;
  /** Ends the calls in hand; they are made again later. */
  stop(): Promise<void>;
  /** Resolves when no call is in hand. */
  settled(): Promise<void>;
}

/**
 * Calls resellers' servers about their orders, at least once each. What is owed are rows, which are taken by lease, so that a
 * process that dies costs a wait. No transaction is open across a call.
 */
export function createWebhookSender(deps: WebhookSenderDeps): WebhookSender {
  const { db, clock, logger } = deps;
  const stopping = new AbortController();
  const inHand = new Set<Promise<void>>();

  function start(call: DueCall): void {
    const task = deliver(deps, call, stopping.signal)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          logger.error({ chainId: call.chainId, err: error }, "a webhook call failed");
      })
      .finally(() => inHand.delete(task));
    inHand.add(task);
  }

  return {
    async begin() {
      const limit = IN_FLIGHT - inHand.size;
      if (limit <= 0 || stopping.signal.aborted) return 0;
      const now = clock.now();
      const leasedUntil = addMs(now, LEASE_MS);
      const calls = await claimCalls(db, { now, leasedUntil, limit, perReceiver: IN_FLIGHT_A_RECEIVER });
      for (const call of calls) start(call);
      return calls.length;
    },
    async stop() {
      stopping.abort();
      await Promise.all(inHand);
    },
    async settled() {
      while (inHand.size > 0) await Promise.all(inHand);
    },
  };
}

async function deliver(deps: WebhookSenderDeps, call: DueCall, signal: AbortSignal): Promise<void> {
  const body = webhookBody(call, deps.countries, deps.clock.now());
  const url = readWebhookUrl(call.url, deps.network);
  if (body === undefined || url === undefined) return await settle(deps, call, null);
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "numstore-webhook",
    ...signed(call.id, deps.clock.now(), body, deps.signingKey(call.chainId, call.salt)),
  };
  await settle(deps, call, await post(deps.network, { url, headers, body }, signal));
}

/** The headers of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): base64(HMAC-SHA-256(key, "id.seconds.body")). */
export function signed(id: string, at: Date, body: string, key: Buffer): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` };
}

/** Null: there was nothing to tell. */
async function settle(deps: WebhookSenderDeps, call: DueCall, result: PostResult | null): Promise<void> {
  const at = deps.clock.now();
  const isTaken =
    result === null || (result.kind === "status" && result.status >= 200 && result.status <= 299);
  const waitMs = call.kind === "test" ? undefined : RETRY_MS[call.tries - 1];
  const nextAt = isTaken || waitMs === undefined ? null : addMs(at, waitMs);
  const word = result === null ? "nothing to tell" : wordOf(result);
  const isOff = await inTransaction(deps.db, async (tx) => {
    const failing = await settleCall(tx, { call, isTaken, result: word, nextAt, at });
    const isOver =
      failing && failing.failures >= OFF_AFTER_FAILURES && addMs(failing.since, OFF_AFTER_MS) <= at;
    if (!isOver) return false;
    const owner = await switchWebhookOff(tx, { ...call, at });
    if (owner?.telegramId == null) return false;
    const message = { kind: "api_webhook_off" as const, name: owner.name };
    const dedupeKey = `api_webhook_off:${call.chainId}:${call.salt}`;
    await enqueue(tx, { chatId: owner.telegramId, buyerId: owner.buyerId, message, dedupeKey, at });
    return true;
  });
  if (isOff) deps.onMessages();
  if (result === null) deps.onDelivery("dropped");
  else deps.onDelivery(isTaken ? "taken" : nextAt === null ? "given_up" : "failed");
}

function wordOf(result: PostResult): string {
  return result.kind === "status" ? String(result.status) : result.kind.replaceAll("_", " ");
}
