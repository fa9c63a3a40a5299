import { z } from "zod";
import { readCidr } from "../../reseller/addresses.ts";
import * as field from "./fields.ts";

/** The variables of the resellers' API. */
export const resellerFields = {
  RESELLER_API: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(["off", "on"], { error: "must be off or on" }))
    .default("off"),
  TRUSTED_PROXIES: z
    .string()
    .transform((text, context) => {
      const items = field.splitList(text);
      const cidrs = items.map(readCidr).filter((cidr) => cidr !== undefined);
      if (cidrs.length === items.length) return cidrs;
      context.addIssue({
        code: "custom",
        message: "must be addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas",
      });
      return z.NEVER;
    })
    .default([]),
};

export interface ResellerSettings {
  /** Serve resellers' tools on HOST:PORT. */
  readonly isOn: boolean;
  /** Proxies whose X-Forwarded-For tells who asks; none: the connection's own address counts. */
  readonly trustedProxies: readonly string[];
}

export function resellerOf(raw: {
  readonly RESELLER_API: "off" | "on";
  readonly TRUSTED_PROXIES: readonly string[];
}): ResellerSettings {
  return { isOn: raw.RESELLER_API === "on", trustedProxies: raw.TRUSTED_PROXIES };
}
