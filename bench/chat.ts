import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { PretendTelegram, PretendUser } from "../sandbox/telegram/index.ts";
import { type Action, encodeAction } from "../src/bot/callback-data.ts";
import { systemClock } from "../src/core/clock.ts";
import { arrive } from "./support/arrivals.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { screens, tapUntil, untilShown } from "./support/chat.ts";
import { type MeasuredProcess, startMeasured } from "./support/measured-process.ts";
import { type ShopProcess, startShopProcess } from "./support/shop-process.ts";
import { maximum, percentile } from "./support/statistics.ts";

const BARE_BOT = fileURLToPath(new URL("./support/bare-bot.ts", import.meta.url));
const BUYERS = 200;
const PER_SECOND = 100;
const WARM_UP_MS = 5_000;
const DURATION_MS = 20_000;
const PATIENCE_MS = 30_000;
const RATE = 5;

/** What each buyer does again and again: looks at countries, opens a price, and goes back. Each screen differs from the one before. */
const walk: readonly Action[] = [
  { kind: "countries", serviceId: "ig", page: 0, sort: "best" },
  { kind: "confirm", serviceId: "ig", countryId: "GB" },
  { kind: "countries", serviceId: "ig", page: 0, sort: "price" },
  { kind: "services", page: 0, sort: "name" },
  { kind: "services", page: 0, sort: "popular" },
];

export const chat: Bench = {
  name: "chat",
  about:
    "taps to a number; CPU and time of a tap at 100 a second, against a bare grammY bot with the same screens",
  async run(context) {
    const env = { PROVIDER_OXGEL_RATE: String(RATE) };
    const world = await startShopProcess(context, { providers: { oxgel: "oxgel" }, env });
    try {
      const people = await world.people(BUYERS);
      const [first] = people;
      if (!first) throw new Error("there is no buyer");
      context.note(
        `Taps from /buy to the number (WhatsApp, United Kingdom): ${await countTaps(world, first)}.`,
      );
      const menus = await openMenus(world, people);
      const shown = await recordScreens(world.telegram, menus);
      const shop = await measure(world.telegram, world.shop, menus);
      const log = {
        warnings: world.shop.count('"level":"warn"'),
        errors: world.shop.count('"level":"error"'),
      };
      await world.shop.stop();
      const bare = await withBareBot(world.telegram, shown, (bot) => measure(world.telegram, bot, menus));
      report(context, shop, bare);
      context.note(`In the shop's log: ${log.warnings} warnings, ${log.errors} errors.`);
    } finally {
      await world.close();
    }
  },
};

async function countTaps({ telegram }: ShopProcess, user: PretendUser): Promise<number> {
  const way = [
    ["WhatsApp", screens.countries],
    ["UK", screens.confirm],
    ["number", screens.order],
  ] as const;
  let { message } = await untilShown(telegram, user, screens.services, () => user.send("/buy"));
  let taps = 0;
  for (const [label, next] of way) {
    ({ message } = await tapUntil(telegram, user, message, label, next));
    taps += 1;
  }
  return taps;
}

interface Menu {
  readonly user: PretendUser;
  readonly messageId: number;
  /** How many taps this buyer has made. */
  taps: number;
}

async function openMenus(
  { telegram }: ShopProcess,
  people: readonly PretendUser[],
): Promise<readonly Menu[]> {
  const menus: Menu[] = [];
  for (const user of people) {
    const { message } = await untilShown(telegram, user, screens.services, () => user.send("/buy"));
    menus.push({ user, messageId: message.messageId, taps: 0 });
  }
  return menus;
}

type Screens = Readonly<Record<string, { readonly text: unknown; readonly keyboard: unknown }>>;

/** Goes the walk once and keeps what the shop sent for each tap. */
async function recordScreens(telegram: PretendTelegram, menus: readonly Menu[]): Promise<Screens> {
  const [menu] = menus;
  if (!menu) throw new Error("there is no menu");
  const found: Record<string, { text: unknown; keyboard: unknown }> = {};
  for (const action of walk) {
    telegram.clearCalls();
    const { shownMs } = await tap(telegram, menu);
    if (Number.isNaN(shownMs)) throw new Error(`a tap on ${encodeAction(action)} changed nothing`);
    const call = telegram.calls("editMessageText").at(-1);
    const markup = call?.params.reply_markup;
    const parsed: unknown = typeof markup === "string" ? JSON.parse(markup) : markup;
    if (!call || typeof parsed !== "object" || parsed === null || !("inline_keyboard" in parsed))
      throw new Error(`a tap on ${action.kind} showed nothing`);
    found[encodeAction(action)] = { text: call.params.text, keyboard: parsed.inline_keyboard };
  }
  return found;
}

interface Tap {
  readonly answeredMs: number;
  readonly shownMs: number;
}

/** The buyer's next tap. Resolves when its spinner is gone and the message is edited. */
async function tap(telegram: PretendTelegram, menu: Menu): Promise<Tap> {
  const action = walk[menu.taps % walk.length];
  if (!action) throw new Error("the walk is empty");
  menu.taps += 1;
  const tappedAt = performance.now();
  const patience = new AbortController();
  let unsubscribe: () => void = () => undefined;
  const edited = new Promise<number>((resolve) => {
    unsubscribe = telegram.events.subscribe((event) => {
      if (event.type !== "message_edited" || event.message.chatId !== menu.user.id) return;
      resolve(performance.now() - tappedAt);
    });
  });
  const late = systemClock.sleep(PATIENCE_MS, patience.signal).then(() => Number.NaN);
  const pressed = menu.user
    .pressData(menu.messageId, encodeAction(action), { timeoutMs: PATIENCE_MS })
    .then(({ answer }) => (answer === undefined ? Number.NaN : performance.now() - tappedAt));
  const [shownMs, answeredMs] = await Promise.all([Promise.race([edited, late]), pressed]);
  patience.abort();
  unsubscribe();
  return { answeredMs, shownMs };
}

interface Measured {
  readonly taps: readonly Tap[];
  /** Taps that nobody could make, because all buyers waited for an answer: the bot did not keep up. */
  readonly notMade: number;
  readonly cpuMsPerTap: number;
}

async function measure(
  telegram: PretendTelegram,
  bot: MeasuredProcess,
  menus: readonly Menu[],
): Promise<Measured> {
  await run(telegram, menus, WARM_UP_MS);
  const before = bot.cpuMs();
  const { taps, notMade } = await run(telegram, menus, DURATION_MS);
  return { taps, notMade, cpuMsPerTap: (bot.cpuMs() - before) / taps.length };
}

async function run(
  telegram: PretendTelegram,
  menus: readonly Menu[],
  durationMs: number,
): Promise<Pick<Measured, "taps" | "notMade">> {
  const taps: Tap[] = [];
  let notMade = 0;
  // Two taps of one buyer at once would be mistaken for each other: a busy buyer is passed over.
  const free = [...menus];
  await arrive({ perSecond: PER_SECOND, durationMs }, async () => {
    const menu = free.shift();
    if (!menu) {
      notMade += 1;
      return;
    }
    taps.push(await tap(telegram, menu));
    free.push(menu);
  });
  return { taps, notMade };
}

async function withBareBot<T>(
  telegram: PretendTelegram,
  shown: Screens,
  work: (bot: MeasuredProcess) => Promise<T>,
): Promise<T> {
  const bot = await startMeasured(BARE_BOT, {
    BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    SCREENS: JSON.stringify(shown),
  });
  try {
    await bot.says("open");
    return await work(bot);
  } finally {
    await bot.stop();
  }
}

function report(context: BenchContext, shop: Measured, bare: Measured): void {
  const row = (title: string, { taps, notMade, cpuMsPerTap }: Measured) => {
    const shown = taps.map(({ shownMs }) => shownMs);
    const answered = taps.map(({ answeredMs }) => answeredMs);
    const times = [
      percentile(answered, 50),
      percentile(answered, 95),
      percentile(shown, 50),
      percentile(shown, 95),
    ];
    return [title, taps.length, notMade, cpuMsPerTap, ...times, maximum(shown)];
  };
  context.table(
    `${PER_SECOND} taps/s at random moments for ${DURATION_MS / 1000} s, ${BUYERS} buyers; CPU of the bot's process alone`,
    ["bot", "taps", "not made", "CPU ms each", "spinner p50 ms", "p95", "page p50 ms", "p95", "max"],
    [row("the shop", shop), row("bare grammY", bare)],
  );
  context.note(
    `The shop takes ${(shop.cpuMsPerTap / bare.cpuMsPerTap).toFixed(2)} times the CPU of the bare bot (goals: 2 times, p95 50 ms).`,
  );
}
