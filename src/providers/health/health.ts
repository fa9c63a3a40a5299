import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import {
  ensureProviderHealth,
  lockProviderHealth,
  type ProviderHealthRow,
  saveBalance,
  saveCircuit,
} from "../../db/queries/provider-health.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { ProviderBalance } from "../port/provider.ts";
import { type ProviderErrorKind, providerErrorKinds } from "../port/provider-error.ts";
import {
  afterBalance,
  afterFailure,
  afterProbe,
  afterSuccess,
  type Circuit,
  type CircuitChange,
  type CircuitFailure,
} from "./circuit.ts";

/** Keeps the circuit of every provider in the database and tells operators when one opens or closes. */
export interface ProviderHealth {
  recordSuccess(provider: string): Promise<void>;
  recordFailure(provider: string, failure: CircuitFailure): Promise<void>;
  recordBalance(provider: string, balance: ProviderBalance): Promise<void>;
  /** Records that a provider without a balance answered a probe. */
  recordProbe(provider: string): Promise<void>;
}

export interface ProviderHealthDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Telegram chats that receive operator notices. */
  readonly adminIds: readonly number[];
}

export function createProviderHealth(deps: ProviderHealthDeps): ProviderHealth {
  const { db, clock, logger, adminIds } = deps;
  /** Providers whose last call in this process succeeded. Further successes change nothing and are not written. */
  const settled = new Set<string>();

  async function change(
    provider: string,
    decide: (circuit: Circuit, row: ProviderHealthRow, now: Date) => CircuitChange,
    balance?: ProviderBalance,
  ): Promise<void> {
    const now = clock.now();
    const outcome = await inTransaction(db, async (tx) => {
      await ensureProviderHealth(tx, provider, now);
      const row = await lockProviderHealth(tx, provider);
      if (!row) throw new Error(`provider_health row of ${provider} vanished`);
      const decision = decide(circuitOf(row), row, now);
      await saveCircuit(tx, provider, decision.next, now);
      if (balance) await saveBalance(tx, provider, balance, now);
      if (decision.tell) await tellOperators(tx, provider, decision, row, now);
      return { decision, before: row.state };
    });
    const { next } = outcome.decision;
    if (next.state === "closed" && next.failures === 0) settled.add(provider);
    else settled.delete(provider);
    if (next.state === outcome.before) return;
    if (next.state === "open") logger.error({ provider, kind: next.reason }, "provider circuit opened");
    else logger.info({ provider }, "provider circuit closed");
  }

  async function tellOperators(
    tx: Parameters<typeof enqueueToAll>[0],
    provider: string,
    decision: CircuitChange,
    row: ProviderHealthRow,
    at: Date,
  ): Promise<void> {
    const notice = decision.tell === "opened" ? "provider_down" : "provider_up";
    const reason = (decision.tell === "opened" ? decision.next.reason : row.reason) ?? "";
    const message = { kind: "operator_notice" as const, notice, params: { provider, reason } };
    await enqueueToAll(tx, adminIds, { message, subject: `${notice}:${provider}:${at.getTime()}`, at });
  }

  return {
    async recordSuccess(provider) {
      if (!settled.has(provider)) await change(provider, afterSuccess);
    },
    recordFailure: (provider, failure) =>
      change(provider, (circuit, _row, now) => afterFailure(circuit, failure, now)),
    recordBalance: (provider, balance) =>
      change(
        provider,
        (circuit, row, now) =>
          afterBalance(circuit, { beforeMicros: row.balanceMicros, nowMicros: balance.balanceMicros }, now),
        balance,
      ),
    recordProbe: (provider) => change(provider, afterProbe),
  };
}

/** The circuit of a database row. A reason that this version does not know becomes null. */
function circuitOf(row: ProviderHealthRow): Circuit {
  const reason = providerErrorKinds.find((kind): kind is ProviderErrorKind => kind === row.reason) ?? null;
  const { state, failures, openedAt, nextProbeAt, toldAt } = row;
  return { state, failures, openedAt, nextProbeAt, toldAt, reason };
}
