import { newId } from "../../src/core/ids.ts";
import type {
  ActiveRental,
  AnotherOutcome,
  CancelOutcome,
  Capabilities,
  Observation,
  Provider,
  PurchaseRequest,
  Rental,
  WebhookEvent,
} from "../../src/providers/port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../src/providers/port/provider-error.ts";

type Script<Input, Output> = (input: Input) => Output | Promise<Output>;

/** A provider whose every answer a test decides, for interleavings that a server cannot force. */
export interface ScriptedProvider extends Provider {
  readonly calls: string[];
  /** Resolves when a call of this name has begun for the `count`th time. */
  called(operation: string, count?: number): Promise<void>;
  onBuy: Script<PurchaseRequest, Rental>;
  onCheck: Script<string, Observation>;
  onCheckMany: Script<readonly string[], ReadonlyMap<string, Observation>>;
  onText: Script<string, string | null>;
  onCancel: Script<string, CancelOutcome>;
  onBan: Script<string, CancelOutcome>;
  onAnother: Script<string, AnotherOutcome>;
  onFinish: Script<string, void>;
  onActive: Script<void, readonly ActiveRental[]>;
  onWebhook: (body: unknown) => WebhookEvent | undefined;
}

const allOn: Capabilities = {
  cancel: true,
  ban: true,
  another: true,
  finish: true,
  poll: true,
  webhook: true,
  checkMany: false,
  text: false,
  activeList: true,
  prices: "all",
  priceCeiling: true,
  anyService: false,
  chargedAt: "purchase",
  cancelAfterMs: 120_000,
  lifetimeMs: 1_200_000,
  pollIntervalMs: 3_000,
  checkManyLimit: 50,
};

export const waiting: Observation = { status: "waiting", sms: [] };

export function received(...codes: string[]): Observation {
  return { status: "received", sms: codes.map((code) => ({ code, text: null })) };
}

export function providerError(
  kind: ProviderErrorKind,
  definite: boolean,
  details: { readonly wasAsked?: false } = {},
): ProviderError {
  return new ProviderError({ provider: "scripted", kind, definite, reason: `scripted ${kind}`, ...details });
}

export function createScriptedProvider(
  name = "alpha",
  capabilities: Partial<Capabilities> = {},
): ScriptedProvider {
  let sold = 0;
  const calls: string[] = [];
  const watchers = new Set<() => void>();
  const record = <Output>(call: string, run: () => Output | Promise<Output>): Promise<Output> => {
    calls.push(call);
    for (const watcher of watchers) watcher();
    return Promise.resolve().then(run);
  };
  const called = (operation: string, count = 1): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (calls.filter((call) => call.split(" ")[0] === operation).length < count) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  const provider: ScriptedProvider = {
    name,
    protocol: "oxgel",
    capabilities: { ...allOn, ...capabilities },
    calls,
    called,
    onBuy: () => {
      sold += 1;
      return rental(`${name}-${newId()}`, `+44770090${String(sold).padStart(4, "0")}`);
    },
    onCheck: () => waiting,
    onCheckMany: (ids) => new Map(ids.map((id) => [id, waiting])),
    onText: () => null,
    onCancel: () => ({ kind: "cancelled" }),
    onBan: () => ({ kind: "cancelled" }),
    onAnother: () => ({ kind: "requested" }),
    onFinish: () => undefined,
    onActive: () => [],
    onWebhook: () => undefined,
    reserve: async (_priority, count) => ({ count, nextInMs: 0, requestsPerSecond: 100 }),
    balance: () => record("balance", () => ({ balanceMicros: 10_000_000n, escrowMicros: null })),
    services: () => record("services", () => [{ code: "wa", name: "WhatsApp" }]),
    countries: () => record("countries", () => [{ code: "16", name: "United Kingdom", iso2: "GB" }]),
    prices: () => record("prices", () => []),
    buy: (request) => record("buy", () => provider.onBuy(request)),
    check: (id) => record(`check ${id}`, () => provider.onCheck(id)),
    async *checkMany(ids) {
      yield await record(`checkMany ${ids.length}`, () => provider.onCheckMany(ids));
    },
    text: (id) => record(`text ${id}`, () => provider.onText(id)),
    cancel: (id) => record(`cancel ${id}`, () => provider.onCancel(id)),
    ban: (id) => record(`ban ${id}`, () => provider.onBan(id)),
    another: (id) => record(`another ${id}`, () => provider.onAnother(id)),
    finish: (id) => record(`finish ${id}`, () => provider.onFinish(id)),
    active: () => record("active", () => provider.onActive()),
    parseWebhook: (body) => provider.onWebhook(body),
  };
  return provider;
}

export function rental(upstreamId: string, phone: string, costMicros: bigint | null = 180_000n): Rental {
  return { upstreamId, phone, costMicros, expiresAt: null, cancelOpensAt: null, canAnother: null };
}
