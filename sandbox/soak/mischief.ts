import { type Fault, faults } from "../providers/faults.ts";
import type { SoakOutside } from "./outside.ts";
import type { Random } from "./random.ts";

/** What goes wrong on the network, both ways, a little at a time. */
export interface Mischief {
  /** Arms at most one fault at each supplier and one at Telegram; those of the last step that hit nobody are withdrawn. */
  step(): void;
  stop(): void;
}

const operations = [
  "buy",
  "buy",
  "buy",
  "check",
  "check",
  "cancel",
  "another",
  "finish",
  "active",
  "prices",
  "*",
];
const providerFaults: readonly ((random: Random) => Fault)[] = [
  () => faults.dropBefore,
  () => faults.dropAfter,
  () => faults.dropAfter,
  () => faults.html(502),
  () => faults.html(502, true),
  () => faults.status(500, true),
  () => faults.status(503),
  () => faults.cut,
  () => faults.truncated,
  () => faults.wrongTypes,
  () => faults.rateLimit("2"),
  (random) => faults.delay(random.between(500, 10_000)),
  // Shorter than the time after which a purchase without an answer is looked into.
  (random) => faults.late(random.between(2_000, 20_000)),
];
const methods = /^(send|edit|answer|refund|getStar)/;
const SUPPLIER_SHARE = 0.25;
const TELEGRAM_SHARE = 0.2;
const CRYPTO_PAY_SHARE = 0.2;

export function createMischief({ telegram, cryptoPay, providers }: SoakOutside, random: Random): Mischief {
  const telegramFault = (): Parameters<typeof telegram.faults.add>[0]["action"] =>
    random.pick([
      { kind: "drop_before" },
      { kind: "drop_after" },
      { kind: "html", status: 502 },
      { kind: "status", status: 500, description: "Internal Server Error" },
      { kind: "status", status: 429, description: "Too Many Requests", retryAfter: random.between(1, 5) },
      { kind: "delay", ms: random.between(20, 200) },
    ] as const);
  return {
    step() {
      for (const provider of providers.values()) {
        provider.faults.clear();
        const makeFault = random.pick(providerFaults);
        const operation = random.pick(operations);
        const fault = makeFault(random);
        if (random.isIn(SUPPLIER_SHARE)) provider.faults.add(operation, fault);
      }
      telegram.faults.clear();
      const action = telegramFault();
      const times = random.between(1, 3);
      if (random.isIn(TELEGRAM_SHARE)) telegram.faults.add({ method: methods, times, action });
      const failure = random.pick(["status500", "html", "drop_after"] as const);
      cryptoPay.fail(random.isIn(CRYPTO_PAY_SHARE) ? failure : null);
    },
    stop() {
      for (const provider of providers.values()) provider.faults.clear();
      telegram.faults.clear();
      cryptoPay.fail(null);
    },
  };
}
