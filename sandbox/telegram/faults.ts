import type { Fault, FaultAction } from "./types.ts";

export interface FaultQueue {
  /** Queues a fault; the oldest that matches a call is used first. Returns a function that withdraws it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The action for this call, counted as used, or undefined. */
  take(method: string, chatId: unknown): FaultAction | undefined;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

export function createFaultQueue(): FaultQueue {
  let armed: Armed[] = [];

  return {
    add(fault) {
      const entry: Armed = { fault, left: fault.times ?? 1 };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear() {
      armed = [];
    },
    take(method, chatId) {
      const entry = armed.find(({ fault }) => matches(fault, method, chatId));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) armed = armed.filter((other) => other !== entry);
      return entry.fault.action;
    },
  };
}

function matches(fault: Fault, method: string, chatId: unknown): boolean {
  if (fault.chatId !== undefined && String(fault.chatId) !== String(chatId)) return false;
  if (fault.method === undefined) return true;
  if (typeof fault.method === "string") return fault.method.toLowerCase() === method.toLowerCase();
  return new RegExp(fault.method.source, fault.method.flags.replace(/[gy]/g, "")).test(method);
}
