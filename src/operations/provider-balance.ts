import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { formatUsd } from "../core/money.ts";
import type { Database } from "../db/client.ts";
import type { Finding } from "../db/queries/findings.ts";
import { type ProviderBooks, selectProviderBooks } from "../db/queries/provider-books.ts";
import { readSetting, writeSetting } from "../db/queries/settings.ts";
import type { Provider } from "../providers/port/provider.ts";

export interface BalanceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

const micros = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);
const baselineSchema = z.object({ balanceMicros: micros, bookedMicros: micros });

/**
 * Compares a provider's balance with our books. The books expect the balance of the last baseline minus what was booked
 * since. A higher balance is taken for the operator's deposit and becomes the new baseline. A lower one is a leak: it
 * stays a finding until an operator accepts it ({@link acceptBalance}). Undefined: there is nothing to compare, or
 * numbers are being bought just now.
 * A difference has to be seen twice, because a provider returns the money of a cancel a moment before we book it. It may
 * also return the money of an open number long before we learn of its end, so only the part of a rise that open numbers
 * cannot explain is a deposit.
 */
export async function compareBalance(
  deps: BalanceDeps,
  provider: Provider,
): Promise<readonly Finding[] | undefined> {
  const baseline = await readBaseline(deps.db, provider.name);
  const first = await look(deps, provider);
  if (typeof first === "string") return first === "untold" ? [] : undefined;
  const { balanceMicros, bookedMicros, openMicros } = first;
  if (!baseline) {
    await writeBaseline(deps, provider.name, balanceMicros, bookedMicros);
    return [];
  }
  const expectedMicros = baseline.balanceMicros + bookedMicros - baseline.bookedMicros;
  const differenceMicros = balanceMicros - expectedMicros;
  if (differenceMicros === 0n) return [];
  const second = await look(deps, provider);
  const isSteady =
    typeof second !== "string" && second.balanceMicros - second.bookedMicros === balanceMicros - bookedMicros;
  if (!isSteady) return undefined;
  if (differenceMicros > 0n) {
    const depositMicros = differenceMicros - openMicros;
    if (depositMicros <= 0n) return undefined;
    deps.logger.info(
      { provider: provider.name, by: formatUsd(depositMicros) },
      "provider balance rose: a deposit",
    );
    await writeBaseline(deps, provider.name, balanceMicros - openMicros, bookedMicros);
    return openMicros > 0n ? undefined : [];
  }
  const detail = `expected ${formatUsd(expectedMicros)}, found ${formatUsd(balanceMicros)}: ${formatUsd(differenceMicros)}`;
  return [{ kind: "provider_balance", subject: provider.name, detail }];
}

/** The balance and our books, read while nothing changed. "moving": something was bought or ended in between. */
async function look(
  deps: BalanceDeps,
  provider: Provider,
): Promise<{ balanceMicros: bigint; bookedMicros: bigint; openMicros: bigint } | "moving" | "untold"> {
  const before = await selectProviderBooks(deps.db, provider.name);
  const balance = await provider.balance({ priority: "background" });
  const after = await selectProviderBooks(deps.db, provider.name);
  if (!balance) return "untold";
  const bookedMicros = booked(provider, after);
  const isMoving = before.unsettled > 0 || after.unsettled > 0 || booked(provider, before) !== bookedMicros;
  if (isMoving) return "moving";
  return { balanceMicros: balance.balanceMicros, bookedMicros, openMicros: setAside(provider, after) };
}

/**
 * How much less the balance is than our books expect, while `doubts` purchases are in doubt and nothing else changes.
 * Undefined: there is no baseline yet, the provider does not tell its balance, numbers are being bought just now, or the
 * balance has risen. A rise may hide what is missing.
 */
export async function missingAt(
  deps: BalanceDeps,
  provider: Provider,
  doubts: number,
): Promise<bigint | undefined> {
  const baseline = await readBaseline(deps.db, provider.name);
  if (!baseline) return undefined;
  const before = await selectProviderBooks(deps.db, provider.name);
  const balance = await provider.balance({ priority: "tap" });
  const after = await selectProviderBooks(deps.db, provider.name);
  const isMoving = booked(provider, before) !== booked(provider, after);
  if (!balance || isMoving || before.unsettled !== doubts || after.unsettled !== doubts) return undefined;
  const expectedMicros = baseline.balanceMicros + booked(provider, after) - baseline.bookedMicros;
  return expectedMicros < balance.balanceMicros ? undefined : expectedMicros - balance.balanceMicros;
}

/** An operator has looked into the difference: the balance as it is now is the new baseline. */
export async function acceptBalance(deps: BalanceDeps, provider: Provider): Promise<boolean> {
  const books = await selectProviderBooks(deps.db, provider.name);
  const balance = await provider.balance({ priority: "background" });
  if (!balance) return false;
  await writeBaseline(deps, provider.name, balance.balanceMicros, booked(provider, books));
  return true;
}

/** Minus everything that the provider has taken by our books: delivered, lost, and set aside for open numbers. */
function booked(provider: Provider, books: ProviderBooks): bigint {
  return books.prepaidMicros - setAside(provider, books);
}

function setAside(provider: Provider, books: ProviderBooks): bigint {
  return provider.capabilities.chargedAt === "purchase" ? books.openCostMicros : 0n;
}

async function readBaseline(db: Database, provider: string) {
  const text = await readSetting(db, keyOf(provider));
  return text === undefined ? undefined : baselineSchema.parse(JSON.parse(text));
}

async function writeBaseline(
  deps: BalanceDeps,
  provider: string,
  balanceMicros: bigint,
  bookedMicros: bigint,
): Promise<void> {
  const value = JSON.stringify({
    balanceMicros: balanceMicros.toString(),
    bookedMicros: bookedMicros.toString(),
  });
  await writeSetting(deps.db, keyOf(provider), value, deps.clock.now());
}

function keyOf(provider: string): string {
  return `balance_baseline:${provider}`;
}
