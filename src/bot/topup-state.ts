import { type GatewayName, gatewayNames, type Resume } from "../topups/topups.ts";

/**
 * What a top-up menu remembers between presses: the purchase that lacked money, and how many Stars are just enough
 * for it. It only decides which buttons are shown, so forging it gains nothing: one gets another invoice.
 */
export interface TopupState {
  readonly gateway: GatewayName;
  /** 0: no purchase is waiting. */
  readonly stars: number;
  readonly resume: Resume | null;
}

export const noTopupState: TopupState = { gateway: "stars", stars: 0, resume: null };

const letters: Readonly<Record<GatewayName, string>> = { stars: "s", "crypto-pay": "c", manual: "m" };
const PAYLOAD = /^([a-z]):(\d{1,5})(?::([A-Za-z0-9~_-]{1,12}):([A-Za-z0-9~_-]{1,12}))?$/;

/** At most 34 bytes: the menu plugin needs up to 20 of the 64 for itself. */
export function encodeTopupState(state: TopupState): string {
  const resume = state.resume ? `:${state.resume.serviceId}:${state.resume.countryId}` : "";
  return `${letters[state.gateway]}:${state.stars}${resume}`;
}

/** The empty state for anything that {@link encodeTopupState} did not write. */
export function decodeTopupState(payload: unknown): TopupState {
  const match = typeof payload === "string" ? PAYLOAD.exec(payload) : null;
  if (!match) return noTopupState;
  const [, letter, stars, serviceId, countryId] = match;
  const gateway = gatewayNames.find((name) => letters[name] === letter);
  if (!gateway) return noTopupState;
  const resume = serviceId !== undefined && countryId !== undefined ? { serviceId, countryId } : null;
  return { gateway, stars: Number(stars), resume };
}
