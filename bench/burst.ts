import { performance } from "node:perf_hooks";
import type { PretendUser, TranscriptMessage } from "../sandbox/telegram/index.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Bench } from "./support/bench.ts";
import { screens, untilShown } from "./support/chat.ts";
import { type ShopProcess, startShopProcess } from "./support/shop-process.ts";
import { maximum, percentile } from "./support/statistics.ts";

const BUYERS = 1_000;
const WITHIN_MS = 1_000;
const PROVIDER_DELAY_MS = 200;
const RATE = 50;
const PATIENCE_MS = 90_000;
const AT_ONCE = 20;

export const burst: Bench = {
  name: "burst",
  about: "1,000 buyers tap “Get number” within a second: spinners, numbers, and none twice",
  async run(context) {
    const env = { PROVIDER_OXGEL_RATE: String(RATE) };
    const providerDelayMs = PROVIDER_DELAY_MS;
    const world = await startShopProcess(context, { providers: { oxgel: "oxgel" }, env, providerDelayMs });
    try {
      const waiting = [...(await world.people(BUYERS))];
      const ready: Ready[] = [];
      const openOne = async (): Promise<void> => {
        for (let user = waiting.shift(); user !== undefined; user = waiting.shift())
          ready.push(await openConfirm(world, user));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, openOne));
      const rentedBefore = world.provider("oxgel").market.rentals().length;
      const cpuBefore = world.shop.cpuMs();
      const taps = await tapAll(world, ready);
      const cpuMs = world.shop.cpuMs() - cpuBefore;
      const answered = taps.flatMap(({ answeredMs }) => answeredMs ?? []);
      const numbers = taps.flatMap(({ numberMs }) => numberMs ?? []);
      const spread = (times: readonly number[]) =>
        [percentile(times, 50), percentile(times, 95), maximum(times)].map((ms) => ms / 1000);
      context.table(
        `${BUYERS} taps within ${WITHIN_MS / 1000} s; the provider answers in ${PROVIDER_DELAY_MS} ms and takes ${RATE} requests/s (goals: 2 s and 22 s)`,
        ["from the tap to", "of 1,000", "p50 s", "p95 s", "max s"],
        [
          ["the spinner's end", answered.length, ...spread(answered)],
          ["the number", numbers.length, ...spread(numbers)],
        ],
      );
      const rented = world.provider("oxgel").market.rentals().length - rentedBefore;
      const errors = world.shop.count('"level":"error"');
      context.note(
        `Numbers bought: ${rented}. CPU of the shop: ${(cpuMs / 1000).toFixed(1)} s. Errors in its log: ${errors}.`,
      );
    } finally {
      await world.close();
    }
  },
};

interface Ready {
  readonly user: PretendUser;
  readonly confirm: TranscriptMessage;
}

async function openConfirm({ telegram }: ShopProcess, user: PretendUser): Promise<Ready> {
  const { message } = await untilShown(telegram, user, screens.confirm, () => user.send("whatsapp uk"));
  return { user, confirm: message };
}

interface Timed {
  readonly answeredMs: number | undefined;
  readonly numberMs: number | undefined;
}

async function tapAll({ telegram }: ShopProcess, ready: readonly Ready[]): Promise<readonly Timed[]> {
  const numberAt = new Map<number, number>();
  let onNumber: () => void = () => undefined;
  const allShown = new Promise<void>((resolve) => {
    onNumber = resolve;
  });
  const unsubscribe = telegram.events.subscribe((event) => {
    if (event.type !== "message_sent" && event.type !== "message_edited") return;
    const { message } = event;
    if (!message.text.includes(screens.order) || numberAt.has(message.chatId)) return;
    numberAt.set(message.chatId, performance.now());
    if (numberAt.size === ready.length) onNumber();
  });
  const patience = new AbortController();
  try {
    const taps = ready.map(async ({ user, confirm }) => {
      await systemClock.sleep(Math.random() * WITHIN_MS);
      const tappedAt = performance.now();
      const pressed = await user.press(confirm, (button) => button.text.includes("number"), {
        timeoutMs: PATIENCE_MS,
      });
      return { user, tappedAt, answeredMs: pressed.answer && performance.now() - tappedAt };
    });
    const answered = await Promise.all(taps);
    await Promise.race([allShown, systemClock.sleep(PATIENCE_MS, patience.signal)]);
    return answered.map(({ user, tappedAt, answeredMs }) => {
      const shownAt = numberAt.get(user.id);
      return { answeredMs, numberMs: shownAt === undefined ? undefined : shownAt - tappedAt };
    });
  } finally {
    patience.abort();
    unsubscribe();
  }
}
