import { Counter, Histogram, type Registry } from "prom-client";
import type { OutboxMessage, SendOutcome } from "../../core/messages.ts";

const HANDLING_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60];
/** From an SMS to its message: the goals lie between 0.3 s (webhooks) and half a minute (long lists). */
const CODE_BUCKETS = [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 22, 30, 60, 120, 300];

/** A message whose sending was tried. */
export interface SettledMessage {
  readonly kind: string;
  /** Undefined: not a message that this version knows. */
  readonly message: OutboxMessage | undefined;
  /** When it was stored, in the transaction that stored its SMS. */
  readonly createdAt: Date;
}

export interface MessageMetrics {
  /** An update was handled, `sinceStoredMs` after it was stored. */
  update(outcome: string, durationMs: number, sinceStoredMs: number): void;
  message(outcome: SendOutcome["kind"], settled: SettledMessage, at: Date): void;
}

/** What comes in from Telegram, and what is sent to it: above all, how long a code takes to its buyer. */
export function createMessageMetrics(registry: Registry): MessageMetrics {
  const registers = [registry];
  const updateSeconds = new Histogram({
    name: "numstore_update_seconds",
    help: "Handling of one update from the inbox, without its wait",
    labelNames: ["outcome"],
    buckets: HANDLING_BUCKETS,
    registers,
  });
  const updateLatency = new Histogram({
    name: "numstore_update_latency_seconds",
    help: "From storing an update to the end of its handling, its wait and all tries included",
    buckets: HANDLING_BUCKETS,
    registers,
  });
  const messages = new Counter({
    name: "numstore_outbox_messages_total",
    help: "Tries to send a message, by kind and by what became of it",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const codes = createCodeMetrics(registry);

  return {
    update(outcome, durationMs, sinceStoredMs) {
      updateSeconds.observe({ outcome }, durationMs / 1000);
      // Other outcomes are no end: the update is tried again, or is another replica's.
      const isEnd = outcome === "done" || outcome === "failed" || outcome === "timeout";
      if (isEnd) updateLatency.observe(sinceStoredMs / 1000);
    },
    message(outcome, { kind, message, createdAt }, at) {
      messages.inc({ kind, outcome });
      if (outcome === "sent" && message?.kind === "order_code") codes(message, createdAt, at);
    },
  };
}

type CodeMessage = Extract<OutboxMessage, { kind: "order_code" }>;

function createCodeMetrics(registry: Registry) {
  const registers = [registry];
  const sinceStored = new Histogram({
    name: "numstore_code_message_seconds",
    help: "From storing an SMS to its message in the chat, by how the SMS came",
    labelNames: ["path"],
    buckets: CODE_BUCKETS,
    registers,
  });
  const sinceArrived = new Histogram({
    name: "numstore_code_arrival_seconds",
    help: "From the provider's receiving an SMS, where it says when, to the message in the chat",
    labelNames: ["path"],
    buckets: CODE_BUCKETS,
    registers,
  });
  for (const path of ["poll", "webhook"]) sinceStored.zero({ path });
  const taken = new Counter({
    name: "numstore_code_sales_micro_dollars_total",
    help: "Money taken for the codes that were sent",
    registers,
  });
  return ({ path, arrivedAt, chargedMicros }: CodeMessage, createdAt: Date, at: Date): void => {
    if (chargedMicros !== null) taken.inc(Number(chargedMicros));
    // A late SMS waited for its buyer to pay: that is no latency of ours.
    if (path === undefined) return;
    sinceStored.observe({ path }, secondsBetween(createdAt, at));
    if (arrivedAt !== undefined) sinceArrived.observe({ path }, secondsBetween(new Date(arrivedAt), at));
  };
}

/** Never negative: the other end is another machine's clock. */
function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime()) / 1000;
}
