import { randomUUID } from "node:crypto";
import type { Buyer, Buyers } from "../../src/buyers/buyers.ts";
import type { ConversationStates } from "../../src/buyers/conversation-states.ts";
import { chosenKey } from "../../src/core/chosen-key.ts";
import { addMs, type Clock } from "../../src/core/clock.ts";
import type { OperatorActions } from "../../src/operations/operator-actions.ts";
import type { GatewayName, Topups } from "../../src/topups/topups.ts";
import type { OrderMovement, StatementLine, WalletReader } from "../../src/wallet/reader.ts";

const STAR_MICROS = 13_000n;

/** Top-ups in memory: every call is kept to be looked at. */
export function createFakeTopups(clock: Clock) {
  const state = {
    gateways: ["stars"] as GatewayName[],
    begun: [] as {
      gateway: GatewayName;
      stars?: number;
      amountMicros: bigint;
      resume: object | null;
      payload: string;
    }[],
    /** Charges that an update told of. */
    credits: new Set<string>(),
    refunds: new Set<string>(),
    claims: [] as { topupId: string; note: string | null; fileId: string | null }[],
    disputes: [] as string[],
    failing: false,
  };
  const expiresAt = (): Date => addMs(clock.now(), 3_600_000);
  const topups: Topups = {
    get gateways() {
      return state.gateways;
    },
    starsFor: (micros) => Number((micros + STAR_MICROS - 1n) / STAR_MICROS),
    starsValueMicros: (stars) => BigInt(stars) * STAR_MICROS,
    beginStars: async ({ stars, resume }) => {
      const payload = randomUUID();
      const amountMicros = BigInt(stars) * STAR_MICROS;
      state.begun.push({ gateway: "stars", stars, amountMicros, resume, payload });
      return {
        kind: "begun",
        invoice: { topupId: randomUUID(), stars, amountMicros, payload, expiresAt: expiresAt() },
      };
    },
    checkStars: async ({ payload }) => {
      if (state.failing) throw new Error("database away");
      const isKnown = state.begun.some((topup) => topup.payload === payload);
      return isKnown ? { ok: true } : { ok: false, code: "topup_not_found" };
    },
    confirmStars: async ({ chargeId, direction }) => {
      if (state.failing) throw new Error("database away");
      (direction === "in" ? state.credits : state.refunds).add(chargeId);
    },
    beginCrypto: async ({ amountMicros, resume }) => {
      state.begun.push({ gateway: "crypto-pay", amountMicros, resume, payload: "" });
      const payUrl = "https://t.me/CryptoBot?start=pretend";
      return {
        kind: "begun",
        invoice: { topupId: randomUUID(), amountMicros, payUrl, expiresAt: expiresAt() },
      };
    },
    beginManual: async ({ amountMicros, resume }) => {
      state.begun.push({ gateway: "manual", amountMicros, resume, payload: "" });
      return { kind: "begun", invoice: { topupId: randomUUID() } };
    },
    claimManual: async ({ topupId, note, fileId }) => {
      state.claims.push({ topupId, note, fileId });
      return { kind: "begun", invoice: { claimId: randomUUID() } };
    },
    openDispute: async ({ text }) => {
      state.disputes.push(text);
      return { disputeId: randomUUID() };
    },
  };
  return { topups, state };
}

/** Buyers in memory, by Telegram id. */
/** `conversationOf`: what {@link createFakeConversationStates} keeps for a person. */
export function createFakeBuyers(conversationOf: (key: string) => unknown) {
  const known = new Map<number, Buyer>();
  const blocked = new Set<number>();
  const state = {
    known,
    blocked,
    failing: false,
    hasDoneMore: false,
    forget: "forgotten" as "forgotten" | "open_orders",
  };
  const byId = (id: string): Buyer | undefined => [...known.values()].find((buyer) => buyer.id === id);
  const change = (id: string, fields: Partial<Buyer>): void => {
    const buyer = byId(id);
    if (buyer?.telegramId) known.set(buyer.telegramId, { ...buyer, ...fields });
  };
  const buyers: Buyers = {
    meet: async ({ telegramId, language }) => {
      if (state.failing) throw new Error("database away");
      const buyer = known.get(telegramId) ?? {
        id: randomUUID(),
        telegramId,
        language,
        notifyEdits: true,
        quickBuy: false,
        wantsNews: true,
        termsVersion: 1,
        bannedAt: null,
        navigationMessageId: null,
      };
      known.set(telegramId, buyer);
      return {
        ...buyer,
        conversation: conversationOf(String(telegramId)),
        chosen: conversationOf(chosenKey(telegramId)),
      };
    },
    find: async (id) => byId(id),
    findByTelegramId: async (telegramId) => known.get(telegramId),
    setLanguage: async (id, language) => change(id, { language }),
    setNotifyEdits: async (id, notifyEdits) => change(id, { notifyEdits }),
    hasDoneMore: async () => state.hasDoneMore,
    setQuickBuy: async (id, quickBuy) => change(id, { quickBuy }),
    setWantsNews: async (id, wantsNews) => change(id, { wantsNews }),
    setNavigationMessage: async (id, navigationMessageId) => change(id, { navigationMessageId }),
    markBlocked: async (telegramId) => {
      blocked.add(telegramId);
    },
    unmarkBlocked: async (telegramId) => {
      blocked.delete(telegramId);
    },
    forget: async (id) => {
      if (state.forget === "forgotten")
        for (const [key, buyer] of known) if (buyer.id === id) known.delete(key);
      return state.forget;
    },
  };
  return { buyers, state, change };
}

export function createFakeWallet() {
  const state = {
    availableMicros: 3_200_000n,
    heldMicros: 0n,
    debtMicros: 0n,
    lines: [] as StatementLine[],
    ofOrder: [] as OrderMovement[],
    exportedAt: undefined as Date | undefined,
  };
  const wallet: WalletReader = {
    balance: async () => ({ availableMicros: state.availableMicros, heldMicros: state.heldMicros }),
    debt: async () => state.debtMicros,
    statement: async (_buyer, { limit, offset }) => ({
      items: state.lines.slice(offset, offset + limit),
      total: state.lines.length,
    }),
    statementBefore: async (_buyer, line, limit) => {
      const start = line === undefined ? 0 : state.lines.indexOf(line) + 1;
      return state.lines.slice(start, start + limit);
    },
    ofOrder: async () => state.ofOrder,
    mayExport: async (_buyer, at) => {
      if (state.exportedAt !== undefined && at.getTime() - state.exportedAt.getTime() < 60_000) return false;
      state.exportedAt = at;
      return true;
    },
  };
  return { wallet, state };
}

/** Values go through JSON, as they do in the database. */
export function createFakeConversationStates() {
  const stored = new Map<string, string>();
  const read = (key: string): unknown => {
    const text = stored.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const states: ConversationStates = {
    write: async (key, value) => {
      stored.set(key, JSON.stringify(value));
    },
    delete: async (key) => {
      stored.delete(key);
    },
  };
  return { states, stored, read };
}

export function createFakeOperatorActions() {
  const calls: object[] = [];
  const note = (name: string) => async (input: object) => {
    calls.push({ name, ...input });
    return { kind: "done" } as const;
  };
  const operatorActions: OperatorActions = {
    adjustBalance: note("adjust"),
    refundStars: note("refund"),
    ban: note("ban"),
    unban: note("unban"),
    status: async () => ["2 providers answer", "a < b & c"],
  };
  return { operatorActions, calls };
}
