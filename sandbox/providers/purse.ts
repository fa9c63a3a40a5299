import type { Clock } from "../../src/core/clock.ts";
import type { MarketLedgerEntry, MarketRental } from "./market-types.ts";

/** The operator's account balance at a pretend supplier. */
export interface Purse {
  canPay(costMicros: bigint): boolean;
  buy(rental: MarketRental): void;
  smsCame(rental: MarketRental): void;
  capture(rental: MarketRental): void;
  refund(rental: MarketRental): void;
  /** True: the number received an SMS and was not refunded. */
  isPaid(rental: MarketRental): boolean;
  setBalance(balanceMicros: bigint): void;
  balance(): { balanceMicros: bigint; escrowMicros: bigint };
  ledger(): readonly MarketLedgerEntry[];
}

type Standing = "reserved" | "escrow" | "charged" | "captured" | "refunded";

/**
 * With "purchase" the cost is held at the purchase, then captured or refunded at the end. With "sms" the cost is charged
 * once, at the first SMS.
 */
export function createPurse(clock: Clock, chargedAt: "purchase" | "sms", startMicros: bigint): Purse {
  const entries: MarketLedgerEntry[] = [];
  const standings = new Map<string, Standing>();
  let balanceMicros = 0n;
  let escrowMicros = 0n;
  let reservedMicros = 0n;

  const write = (
    kind: MarketLedgerEntry["kind"],
    rental: MarketRental | null,
    amountMicros: bigint,
  ): void => {
    entries.push({
      at: clock.now(),
      kind,
      rentalId: rental?.id ?? null,
      amountMicros,
      balanceMicros,
      escrowMicros,
    });
  };

  const setBalance = (wantedMicros: bigint): void => {
    const changeMicros = wantedMicros - balanceMicros;
    balanceMicros = wantedMicros;
    write("deposit", null, changeMicros);
  };
  setBalance(startMicros);

  return {
    canPay: (costMicros) => balanceMicros - reservedMicros >= costMicros,
    buy(rental) {
      if (chargedAt === "sms") {
        reservedMicros += rental.costMicros;
        standings.set(rental.id, "reserved");
        return;
      }
      balanceMicros -= rental.costMicros;
      escrowMicros += rental.costMicros;
      standings.set(rental.id, "escrow");
      write("escrow", rental, -rental.costMicros);
    },
    smsCame(rental) {
      if (standings.get(rental.id) !== "reserved") return;
      reservedMicros -= rental.costMicros;
      balanceMicros -= rental.costMicros;
      standings.set(rental.id, "charged");
      write("charge", rental, -rental.costMicros);
    },
    capture(rental) {
      if (standings.get(rental.id) !== "escrow") return;
      escrowMicros -= rental.costMicros;
      standings.set(rental.id, "captured");
      write("capture", rental, 0n);
    },
    refund(rental) {
      const standing = standings.get(rental.id);
      standings.set(rental.id, "refunded");
      if (standing === "reserved") reservedMicros -= rental.costMicros;
      if (standing !== "escrow" && standing !== "charged") return;
      if (standing === "escrow") escrowMicros -= rental.costMicros;
      balanceMicros += rental.costMicros;
      write("refund", rental, rental.costMicros);
    },
    isPaid: (rental) => rental.sms.length > 0 && standings.get(rental.id) !== "refunded",
    setBalance,
    balance: () => ({ balanceMicros, escrowMicros }),
    ledger: () => entries,
  };
}
