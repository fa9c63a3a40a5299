import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { insertTopup } from "../db/queries/topups.ts";
import type { TopupDeps } from "./topup-deps.ts";
import type { GatewayName, Resume } from "./topups.ts";

/** What a buyer asks for at a gateway that counts in dollars. */
export interface UsdTopup {
  readonly buyerId: string;
  readonly chatId: number;
  readonly amountMicros: bigint;
  readonly resume: Resume | null;
}

interface UsdTerms {
  readonly gateway: GatewayName;
  readonly minMicros: bigint;
  readonly maxMicros: bigint;
  readonly lifetimeMs: number;
}

/** Commits the row of a top-up before anybody is asked to pay. Undefined: the gateway does not take this amount. */
export async function openUsdTopup(
  deps: TopupDeps,
  { gateway, minMicros, maxMicros, lifetimeMs }: UsdTerms,
  { buyerId, chatId, amountMicros, resume }: UsdTopup,
): Promise<{ id: string; createdAt: Date; expiresAt: Date } | undefined> {
  if (amountMicros < minMicros || amountMicros > maxMicros) return undefined;
  const id = newId();
  const createdAt = deps.clock.now();
  const expiresAt = addMs(createdAt, lifetimeMs);
  await insertTopup(deps.db, {
    id,
    buyerId,
    gateway,
    amountMicros,
    stars: null,
    resumeServiceId: resume?.serviceId ?? null,
    resumeCountryId: resume?.countryId ?? null,
    resumePriceMicros: resume?.priceMicros ?? null,
    resumeQuoteId: resume?.quoteId ?? null,
    chatId,
    createdAt,
    expiresAt,
  });
  return { id, createdAt, expiresAt };
}
