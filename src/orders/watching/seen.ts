import type { Observation } from "../../providers/port/provider.ts";
import { contentDigest } from "./record-sms.ts";

/** An answer in short: two answers with the same digest change an order in the same way, which is not at all the second time. */
export function digestOf({ status, sms, expiresAt }: Observation): string {
  return [status, expiresAt?.getTime() ?? "", ...sms.map(contentDigest)].join(" ");
}

interface Known {
  readonly state: string;
  readonly expiresAt: Date | null;
  /** The digest of the last answer that was applied to the order as it is now. */
  readonly seen?: string | undefined;
}

/** True if this answer shows nothing that is not in the order's row already, so that nothing needs to be stored. */
export function isNothingNew(order: Known, observation: Observation): boolean {
  const { status, sms, expiresAt } = observation;
  const isSilent = status === "waiting" && sms.length === 0;
  const isSameEnd = expiresAt === undefined || expiresAt.getTime() === order.expiresAt?.getTime();
  if (isSilent && isSameEnd && order.state !== "received") return true;
  return order.seen !== undefined && order.seen === digestOf(observation);
}
