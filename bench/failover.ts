import { faults } from "../sandbox/providers/faults.ts";
import type { PretendProvider } from "../sandbox/providers/server.ts";
import type { PretendUser } from "../sandbox/telegram/index.ts";
import type { Bench } from "./support/bench.ts";
import { screens, tapUntil, untilShown } from "./support/chat.ts";
import { describeComplaints } from "./support/logger.ts";
import { median, percentile } from "./support/statistics.ts";
import { type BenchWorld, startBenchWorld } from "./support/world.ts";

const ROUNDS = 3;
const A_ROUND = 10;
const PROVIDER_DELAY_MS = 50;
const IN_STOCK = 1_000_000;
const pair = { service: "wa", country: "16" };

interface Setting {
  readonly world: BenchWorld;
  readonly first: PretendProvider;
  readonly second: PretendProvider;
  readonly buyer: PretendUser;
}

export const failover: Bench = {
  name: "failover",
  about: "“Get number” → number, when the first provider has it and when it has just sold out",
  async run(context) {
    const providers = { first: "oxgel", second: "oxgel" } as const;
    const world = await startBenchWorld(context, { providers, env: { MARKUP_PERCENT: "50" } });
    try {
      const setting = await prepare(world);
      const directMs: number[] = [];
      const failedOverMs: number[] = [];
      for (let turn = 0; turn < ROUNDS * A_ROUND; turn += 1) {
        directMs.push(await buy(setting, true));
        failedOverMs.push(await buy(setting, false));
      }
      const row = (title: string, samples: readonly number[]) => {
        return [title, samples.length, percentile(samples, 50), percentile(samples, 95)];
      };
      context.table(
        `Each request to a provider takes ${PROVIDER_DELAY_MS} ms more; the two cases take turns`,
        ["case", "purchases", "p50 ms", "p95 ms"],
        [
          row("the first provider has it", directMs),
          row("the first is sold out, the second has it", failedOverMs),
        ],
      );
      const addedMs = median(failedOverMs) - median(directMs);
      context.note(
        `Failing over adds ${addedMs.toFixed(0)} ms, ${PROVIDER_DELAY_MS} of them the refusal's own.`,
      );
      context.note(`Complaints in the log: ${describeComplaints(world.logger)}.`);
    } finally {
      await world.close();
    }
  },
};

async function prepare(world: BenchWorld): Promise<Setting> {
  const first = world.provider("first");
  const second = world.provider("second");
  const [buyer] = await world.people(1);
  if (!buyer) throw new Error("there is no buyer");
  first.market.setPrice(pair.service, pair.country, 100_000n);
  second.market.setPrice(pair.service, pair.country, 101_000n);
  for (const provider of [first, second]) {
    provider.faults.add("*", faults.delay(PROVIDER_DELAY_MS), Number.MAX_SAFE_INTEGER);
  }
  return { world, first, second, buyer };
}

/** Milliseconds from the tap to the card with the number. */
async function buy({ world, first, second, buyer }: Setting, firstHasIt: boolean): Promise<number> {
  // Restores the offers that the refusal of the last turn hid.
  await world.db.updateTable("offers").set({ stock: null, observed_at: new Date() }).execute();
  const confirm = await untilShown(world.telegram, buyer, screens.confirm, () => buyer.send("whatsapp uk"));
  if (!firstHasIt) first.market.setStock(pair.service, pair.country, 0);
  const before = { first: first.market.rentals().length, second: second.market.rentals().length };
  const { shownMs } = await tapUntil(world.telegram, buyer, confirm.message, "number", screens.order);
  first.market.setStock(pair.service, pair.country, IN_STOCK);
  const sold = firstHasIt
    ? first.market.rentals().length - before.first
    : second.market.rentals().length - before.second;
  if (sold !== 1) throw new Error("the number came from the wrong provider");
  return shownMs;
}
