import { readFileSync } from "node:fs";
import process from "node:process";
import { faults } from "../../sandbox/providers/faults.ts";
import type { PretendProvider } from "../../sandbox/providers/server.ts";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { environmentOf, startOutside } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { startNode } from "../../test/support/shop-child.ts";
import type { BenchContext } from "./bench.ts";
import { introduce, limits, STOCK } from "./world.ts";

/** Linux counts the CPU time of a process in hundredths of a second. */
const TICK_MS = 10;

/** A process whose CPU time is its own: neither the pretend world nor PostgreSQL is in it. */
export interface MeasuredProcess {
  readonly pid: number;
  /** User and system time so far, in milliseconds. */
  cpuMs(): number;
  says(text: string): Promise<void>;
  /** How often this text is in its output. */
  count(text: string): number;
  stop(): Promise<void>;
}

/** `node --import tsx <script>`; with BENCH_NODE_FLAGS such as "--cpu-prof --cpu-prof-dir=/tmp/profiles" between the two. */
export function startMeasured(script: string, env: Readonly<Record<string, string>>): MeasuredProcess {
  const flags = (process.env.BENCH_NODE_FLAGS ?? "").split(" ").filter((flag) => flag !== "");
  const child = startNode([...flags, "--import", "tsx", script], env);
  let isEnded = false;
  void child.ended.then(() => {
    isEnded = true;
  });
  return {
    pid: child.pid,
    cpuMs: () => cpuMsOf(child.pid),
    says: child.says,
    count: (text) => child.output().split(text).length - 1,
    async stop() {
      if (!isEnded) child.signal("SIGTERM");
      await child.ended;
    },
  };
}

function cpuMsOf(pid: number): number {
  // The name in brackets may hold spaces. After it, the 12th and 13th fields are user and system time.
  const [user, system] =
    readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * TICK_MS;
}

export interface ShopProcess {
  readonly telegram: PretendTelegram;
  readonly db: Database;
  readonly shop: MeasuredProcess;
  /** Throws for a provider that was not requested at the start. */
  provider(name: string): PretendProvider;
  people(count: number): Promise<readonly PretendUser[]>;
  close(): Promise<void>;
}

/** The shop as an operator starts it, in a process of its own, with a pretend Telegram and pretend providers in this one. */
export async function startShopProcess(
  context: BenchContext,
  options: {
    readonly providers: Readonly<Record<string, Protocol>>;
    readonly env: Readonly<Record<string, string>>;
    /** What each request to a provider takes. */
    readonly providerDelayMs?: number;
  },
): Promise<ShopProcess> {
  const { connectionString, db } = await context.database();
  const outside = await startOutside({ clock: systemClock, providers: options.providers });
  for (const provider of outside.providers.values()) {
    for (const offer of provider.market.offers) offer.stock = STOCK;
    if (options.providerDelayMs !== undefined)
      provider.faults.add("*", faults.delay(options.providerDelayMs), Number.MAX_SAFE_INTEGER);
  }
  const shop = startMeasured("src/main.ts", {
    ...environmentOf(outside),
    DATABASE_URL: connectionString,
    PORT: "0",
    ADMIN_PORT: "0",
    LOG_LEVEL: "info",
    ...limits,
    ...options.env,
  });
  await shop.says("Numstore is open");
  return {
    telegram: outside.telegram,
    db,
    shop,
    provider(name) {
      const found = outside.providers.get(name);
      if (!found) throw new Error(`there is no provider ${name}`);
      return found;
    },
    people: (count) => introduce(outside.telegram, db, count),
    async close() {
      await shop.stop();
      await outside.close();
    },
  };
}
