/** Who works at the operators' desk, and what each may do. Constants on purpose: nobody edits rights from a chat. */
export const roles = ["owner", "support", "accountant"] as const;
export type Role = (typeof roles)[number];

/** The roles that an owner may give to somebody. Owners are made by ADMIN_IDS alone. */
export const appointableRoles = ["support", "accountant"] as const satisfies readonly Role[];
export type AppointableRole = (typeof appointableRoles)[number];

export const rights = [
  /** Opens the desk; sees buyers and orders, numbers masked, codes never. */
  "see",
  /** Lists of payments, balances of providers, figures, files. */
  "money",
  /** Cancels for a buyer, checks now, releases a doubt, writes to a buyer. */
  "orders",
  "ban",
  /** Moves money by hand: adjustments and refunds, up to a cap a day. */
  "adjust",
  /** Decides about receipts of manual transfers. */
  "receipts",
  /** Gives a payment that is nobody's to a buyer. */
  "assign",
  "prices",
  "switches",
  /** Stops sales or top-ups. Whoever is on duty may. */
  "pause",
  "resume",
  "draftBroadcast",
  "broadcast",
  "codes",
  "settings",
  "staff",
  /** Reads the audit log. */
  "audit",
  "auditFile",
] as const;
export type Right = (typeof rights)[number];

const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  owner: rights,
  support: ["see", "orders", "ban", "adjust", "pause", "draftBroadcast"],
  accountant: ["see", "money", "adjust", "receipts", "audit"],
};

export function hasRight(role: Role, right: Right): boolean {
  return rightsOf[role].includes(right);
}

/** The appointable roles that have this right. */
export function rolesWith(right: Right): readonly AppointableRole[] {
  return appointableRoles.filter((role) => hasRight(role, right));
}

/** Nobody grants what they lack. */
export function mayGrant(maker: Role, role: AppointableRole): boolean {
  return hasRight(maker, "staff") && rightsOf[role].every((right) => hasRight(maker, right));
}

/** A person at the desk, as they are now. */
export interface Staff {
  readonly telegramId: number;
  readonly role: Role;
}

/** How the ledger and the audit log name a person at the desk. */
export function actorOf(telegramId: number): string {
  return `operator:${telegramId}`;
}
