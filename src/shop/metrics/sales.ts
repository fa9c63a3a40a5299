import { Counter, Gauge, type Registry } from "prom-client";
import type { OrderEvents } from "../../orders/order-events.ts";
import type { PurchaseResult } from "../../orders/orders.ts";
import type { TopupEvent } from "../../topups/topup-deps.ts";
import { gatewayNames } from "../../topups/topups.ts";

export interface SalesMetrics extends Omit<OrderEvents, "looked" | "telling"> {
  topup(event: TopupEvent): void;
  /** The self-check compared the ledger with itself. */
  ledgerChecked(differenceMicros: bigint, at: Date): void;
}

/** Purchases, top-ups, and whether the money adds up. */
export function createSalesMetrics(registry: Registry): SalesMetrics {
  const registers = [registry];
  const purchases = new Counter({
    name: "numstore_purchases_total",
    help: "Taps on Get number by how they ended",
    labelNames: ["outcome", "reason"],
    registers,
  });
  const attempts = new Counter({
    name: "numstore_purchase_attempts_total",
    help: "Purchase calls to providers by their outcome; one purchase may try several",
    labelNames: ["provider", "outcome"],
    registers,
  });

  // Begun at 0, so that the first sale after a start is an increase.
  for (const outcome of ["sold", "doubt_sold"]) purchases.inc({ outcome, reason: "none" }, 0);

  return {
    ...createMoneyMetrics(registry),
    tapped(result) {
      // A placed order is counted when it ends; "already" is the same tap again.
      if (result.kind === "refused" || result.kind === "short")
        purchases.inc({ outcome: result.kind, reason: reasonOf(result) });
    },
    ended: (outcome, reason) => purchases.inc({ outcome, reason: reason ?? "none" }),
    attempted: (provider, outcome) => attempts.inc({ provider, outcome }),
  };
}

function reasonOf(result: Extract<PurchaseResult, { kind: "refused" | "short" }>): string {
  return result.kind === "refused" ? result.code : "insufficient_funds";
}

function createMoneyMetrics(registry: Registry): Pick<SalesMetrics, "topup" | "ledgerChecked"> {
  const registers = [registry];
  const topups = new Counter({
    name: "numstore_topups_total",
    help: "Top-ups by gateway: begun, refused, credited, rejected by an operator, refunded",
    labelNames: ["gateway", "outcome"],
    registers,
  });
  const topupMoney = new Counter({
    name: "numstore_topups_micro_dollars_total",
    help: "Money credited (or taken back: outcome refunded) by gateway",
    labelNames: ["gateway", "outcome"],
    registers,
  });
  for (const gateway of gatewayNames) {
    topups.inc({ gateway, outcome: "begun" }, 0);
    for (const outcome of ["credited", "refunded"]) {
      topups.inc({ gateway, outcome }, 0);
      topupMoney.inc({ gateway, outcome }, 0);
    }
  }
  const difference = new Gauge({
    name: "numstore_ledger_difference_micro_dollars",
    help: "Money that the last self-check could not explain; 0 is right, and it is 0 before the first check",
    registers,
  });
  const checkedAt = new Gauge({
    name: "numstore_ledger_checked_timestamp_seconds",
    help: "When the ledger was last compared with itself; 0: not yet",
    registers,
  });
  return {
    topup({ gateway, outcome, amountMicros }) {
      topups.inc({ gateway, outcome });
      if (amountMicros !== null) topupMoney.inc({ gateway, outcome }, Number(amountMicros));
    },
    ledgerChecked(differenceMicros, at) {
      difference.set(Number(differenceMicros));
      checkedAt.set(at.getTime() / 1000);
    },
  };
}
