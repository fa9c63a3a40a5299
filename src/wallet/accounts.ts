/** Account codes. Buyers' accounts are made with the buyer; system accounts by {@link systemAccounts} at start. */
export function accountOf(buyerId: string, kind: "available" | "held"): string {
  return `buyer:${buyerId}:${kind}`;
}

export const system = {
  /** What buyers paid for delivered codes. */
  revenue: "system:revenue",
  /** Refunds that could not be taken back from a buyer. */
  loss: "system:loss",
  adjustments: "system:adjustments",
  /** What referral paid for friends' orders. Made with the first reward. */
  referral: "system:referral",
  /** What vouchers and promo codes gave. Made with the first. */
  promotions: "system:promotions",
  /** What this buyer owes the shop. Made when a debt is booked; it has no balance row, the debt is minus its entries. */
  debt: (buyerId: string): string => `system:debt:${buyerId}`,
  /** The debts of people whose data is deleted; the amounts are in forgotten_people. */
  carriedDebts: "system:debts_carried",
  /** The outside world's side of a payment gateway. */
  gateway: (name: string): string => `system:gateway:${name}`,
  /** Our money at a provider, what it went into, and what was lost there. */
  providerPrepaid: (name: string): string => `system:provider:${name}:prepaid`,
  providerCost: (name: string): string => `system:provider:${name}:cost`,
  providerLoss: (name: string): string => `system:provider:${name}:loss`,
} as const;

/** Every system account that these gateways and providers need. */
export function systemAccounts(gateways: readonly string[], providers: readonly string[]): string[] {
  return [
    system.revenue,
    system.loss,
    system.adjustments,
    system.carriedDebts,
    ...gateways.map(system.gateway),
    ...providers.flatMap((name) => [
      system.providerPrepaid(name),
      system.providerCost(name),
      system.providerLoss(name),
    ]),
  ];
}
