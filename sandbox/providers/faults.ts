/** The fault of one request. "acts": the supplier carries out the request, and only the answer is wrong. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body: string;
      readonly type: string;
      readonly acts: boolean;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset. */
  | { readonly kind: "drop"; readonly acts: boolean }
  /** No answer until the client gives up or the server closes. */
  | { readonly kind: "hang"; readonly acts: boolean }
  /** A correct answer after a delay (by the server's clock). */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** The supplier acts; its body is changed. */
  | { readonly kind: "rewrite"; readonly rewrite: (text: string) => string }
  /** The supplier acts; the connection ends in the middle of the body. */
  | { readonly kind: "cut" }
  /** 504 at once. The number is bought, but it is visible only after this time. */
  | { readonly kind: "late"; readonly afterMs: number };

export interface FaultQueue {
  /** Applies a fault to the next `times` requests of an operation of the Provider port; "*": of any. */
  add(operation: string, fault: Fault, times?: number): void;
  /** Returns and consumes the fault for this request. */
  take(operation: string): Fault | undefined;
  clear(): void;
}

export function createFaultQueue(): FaultQueue {
  let queue: { operation: string; fault: Fault; times: number }[] = [];
  return {
    add: (operation, fault, times = 1) => void queue.push({ operation, fault, times }),
    take(operation) {
      const entry = queue.find(
        (candidate) => candidate.operation === "*" || candidate.operation === operation,
      );
      if (!entry) return undefined;
      entry.times -= 1;
      queue = queue.filter((candidate) => candidate.times > 0);
      return entry.fault;
    },
    clear: () => {
      queue = [];
    },
  };
}

const JSON_TYPE = "application/json";
const PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
const ERROR_JSON = JSON.stringify({ ok: false, status: "error", error: "pretended", message: "pretended" });

/** Ready-made faults. */
export const faults = {
  /** A JSON error with this status; the supplier did nothing. */
  status: (status: number, acts = false): Fault => ({
    kind: "status",
    status,
    body: ERROR_JSON,
    type: JSON_TYPE,
    acts,
  }),
  html: (status: number, acts = false): Fault => ({
    kind: "status",
    status,
    body: PAGE,
    type: "text/html",
    acts,
  }),
  empty: (status = 200, acts = false): Fault => ({ kind: "status", status, body: "", type: JSON_TYPE, acts }),
  /** Answers with exactly this body. */
  raw: (status: number, body: string, acts = false): Fault => ({
    kind: "status",
    status,
    body,
    type: JSON_TYPE,
    acts,
  }),
  rateLimit: (retryAfter?: string): Fault => ({
    kind: "status",
    status: 429,
    body: ERROR_JSON,
    type: JSON_TYPE,
    acts: false,
    ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
  }),
  dropBefore: { kind: "drop", acts: false } satisfies Fault,
  dropAfter: { kind: "drop", acts: true } satisfies Fault,
  hang: { kind: "hang", acts: false } satisfies Fault,
  hangAfter: { kind: "hang", acts: true } satisfies Fault,
  cut: { kind: "cut" } satisfies Fault,
  /** Complete HTTP, but only the first half of the body. */
  truncated: {
    kind: "rewrite",
    rewrite: (text) => text.slice(0, Math.ceil(text.length / 2)),
  } satisfies Fault,
  wrongTypes: { kind: "rewrite", rewrite: wrongTypes } satisfies Fault,
  delay: (delayMs: number): Fault => ({ kind: "delay", delayMs }),
  late: (afterMs: number): Fault => ({ kind: "late", afterMs }),
  rewrite: (rewrite: (text: string) => string): Fault => ({ kind: "rewrite", rewrite }),
} as const;

/** Changes the type of every value in a JSON body. Plain text becomes a number. */
function wrongTypes(text: string): string {
  try {
    return JSON.stringify(twisted(JSON.parse(text)));
  } catch {
    // Not JSON, but the plain text of a handler_api supplier.
    return "12345";
  }
}

function twisted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(twisted);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, twisted(inner)]));
  }
  return typeof value === "boolean" ? "maybe" : { unexpected: true };
}
