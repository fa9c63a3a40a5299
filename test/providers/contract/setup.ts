import { inspect } from "node:util";
import { expect } from "vitest";
import type { Paging } from "../../../sandbox/providers/face.ts";
import type { FaultQueue } from "../../../sandbox/providers/faults.ts";
import { goodsOf } from "../../../sandbox/providers/goods.ts";
import { createMarket, type Market, type MarketOptions } from "../../../sandbox/providers/market.ts";
import { type PretendProvider, startPretendProvider } from "../../../sandbox/providers/server.ts";
import { newId } from "../../../src/core/ids.ts";
import type { Protocol, Provider, PurchaseRequest } from "../../../src/providers/port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../../src/providers/port/provider-error.ts";
import type { ProviderSettings } from "../../../src/providers/port/settings.ts";
import { createProviders } from "../../../src/providers/registry.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createOpenGate } from "../../support/open-gate.ts";

/** Situations whose error differs between protocols, because some have no word for it. */
export type Situation =
  | "bad key"
  | "no stock"
  | "no funds"
  | "price moved"
  | "unknown order"
  | "unknown country";

/** A protocol, or one dialect of it, as the suite is to look at it. */
export interface Contract {
  /** How the pretend supplier's lists page; default: as documented. */
  readonly paging?: Paging;
  /** Of handler-api. */
  readonly dialect?: string;
  readonly settings?: Partial<ProviderSettings>;
  readonly market?: Partial<MarketOptions>;
  readonly quirks?: {
    /** Which kinds of error a situation may end in, where the usual one cannot be told. */
    readonly kinds?: Partial<Record<Situation, readonly ProviderErrorKind[]>>;
    /** A refused purchase for lack of stock or the like is not definite in this protocol. */
    readonly vagueRefusals?: readonly Situation[];
    /** The answer to a purchase does not say what it cost. */
    readonly untoldCost?: boolean;
    /** A cancelled number reads like an expired one. */
    readonly oneEnding?: boolean;
    /** The upstream names no id, ours is made up. */
    readonly madeUpIds?: boolean;
  };
}

/** The API has no prices, the operator sets them. */
const needsPrices: Readonly<Record<Protocol, boolean>> = {
  oxgel: false,
  "handler-api": false,
  "push-gateway": true,
  otpbuddy: false,
  tempcode77: false,
  fivesim: false,
};

/** A purchase can name an operator, pool or sub-provider. */
export const takesOperator: Readonly<Record<Protocol, boolean>> = {
  oxgel: true,
  "handler-api": true,
  "push-gateway": true,
  otpbuddy: false,
  tempcode77: false,
  fivesim: true,
};

/** A provider, the pretend supplier behind it, and what happened in between. */
export interface Bench {
  readonly provider: Provider;
  readonly upstream: PretendProvider;
  readonly market: Market;
  readonly faults: FaultQueue;
  readonly clock: TestClock;
  /** What the gate was told to wait, in ms. */
  readonly penalties: readonly number[];
  readonly logged: () => string;
  /** The same account with a wrong key. */
  readonly impostor: Provider;
  /** The same account with little time for an answer. */
  readonly impatient: Provider;
  request(overrides?: Partial<PurchaseRequest>): PurchaseRequest;
  sent(operation: string): number;
  close(): Promise<void>;
}

export interface ContractOptions extends Contract {
  readonly protocol: Protocol;
}

/** Long enough for a loaded machine's honest answers. */
const TIMEOUT_MS = 5000;
/** For tests of silence, which wait it out. */
const SHORT_TIMEOUT_MS = 400;

export async function openBench(options: ContractOptions): Promise<Bench> {
  const { protocol } = options;
  const clock = createTestClock();
  const market = createMarket({ clock, ...goodsOf(protocol), ...options.market });
  const dialect = options.dialect ?? "plain";
  const upstream = await startPretendProvider({
    protocol,
    clock,
    market,
    dialect,
    ...(options.paging && { paging: options.paging }),
  });
  const penalties: number[] = [];
  const logger = createTestLogger();
  const settings = settingsOf(options, upstream, market);
  const gate = createOpenGate(async (ms) => void penalties.push(ms));
  const accounts = [settings, { ...settings, name: "impostor", key: "another-key-000000000000" }];
  const deps = { clock, logger, gateFor: () => gate };
  const providers = createProviders(accounts, { ...deps, timeoutMs: TIMEOUT_MS });
  const hurried = createProviders([settings], { ...deps, timeoutMs: SHORT_TIMEOUT_MS });
  const provider = found(providers.get(settings.name));
  const offer = found(market.offers[0]);
  return {
    provider,
    upstream,
    market,
    faults: upstream.faults,
    clock,
    penalties,
    logged: () => inspect(logger.lines, { depth: 12 }),
    impostor: found(providers.get("impostor")),
    impatient: found(hurried.get(settings.name)),
    request: (overrides) => ({
      serviceCode: provider.capabilities.anyService ? null : offer.serviceCode,
      countryCode: offer.countryCode,
      operator: null,
      ceilingMicros: offer.costMicros,
      reference: newId(),
      ...overrides,
    }),
    sent: (operation) => upstream.requests().filter((entry) => entry.operation === operation).length,
    close: () => upstream.close(),
  };
}

function settingsOf(options: ContractOptions, upstream: PretendProvider, market: Market): ProviderSettings {
  return {
    name: "alpha",
    protocol: options.protocol,
    dialect: options.dialect ?? "plain",
    key: upstream.key,
    url: upstream.baseUrl,
    currency: "USD",
    usdRate: "1",
    requestsPerSecond: 100,
    prices: needsPrices[options.protocol]
      ? {
          kind: "any-service",
          countries: Object.fromEntries(market.countries.map((country) => [country.code, "0.12"])),
        }
      : null,
    ...options.settings,
  };
}

export function found<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("the test expected something to be there");
  return value;
}

/** The ProviderError that a call ends with; fails when it does not end with one. */
export async function errorOf(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.then(
    (value) => new Error(`expected an error, got ${inspect(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof ProviderError)) throw outcome;
  return outcome;
}

/** The situation is told by its usual kind, or by one that the protocol's quirks allow. */
export function expectKind(
  options: ContractOptions,
  situation: Situation,
  usual: ProviderErrorKind,
  error: ProviderError,
): void {
  expect(options.quirks?.kinds?.[situation] ?? [usual]).toContain(error.kind);
}

/** JSON with the values of some fields replaced; plain text comes back as `otherwise`. */
export function replaceFields(text: string, fields: RegExp, value: unknown, otherwise: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return otherwise;
  }
  return JSON.stringify(replaced(parsed, fields, value));
}

function replaced(node: unknown, fields: RegExp, value: unknown): unknown {
  if (Array.isArray(node)) return node.map((inner) => replaced(inner, fields, value));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, inner]) => {
      const isLeaf = typeof inner !== "object" || inner === null;
      return [key, isLeaf && fields.test(key) ? value : replaced(inner, fields, value)];
    }),
  );
}
