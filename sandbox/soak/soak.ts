import { openSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { createDatabase, type DatabaseHandle } from "../../src/db/client.ts";
import { createLogger } from "../../src/shop/logging.ts";
import { tellWebhooks } from "../world.ts";
import { bundleShop } from "./bundle.ts";
import { createCashier } from "./cashier.ts";
import { type Crowd, createCrowd } from "./crowd.ts";
import { scaleDatabaseTime } from "./database-time.ts";
import { collectEvidence } from "./evidence.ts";
import { selectFigures, selectUnrest } from "./facts.ts";
import { type Front, startFront } from "./front.ts";
import { type Herd, startHerd } from "./herd.ts";
import { judge, judgeLog } from "./judge.ts";
import { secretsOf } from "./leaks.ts";
import { createMischief } from "./mischief.ts";
import { createOperators, type Operators } from "./operators.ts";
import { type SoakOutside, soakEnvironment, startSoakOutside } from "./outside.ts";
import { type CrashablePostgres, startCrashablePostgres } from "./postgres.ts";
import { createPostman } from "./postman.ts";
import { createRandom, type Random } from "./random.ts";
import { createRecovery, type Recovery } from "./recovery.ts";
import { createScaledClock, type TimeScale } from "./scaled-clock.ts";
import { summary } from "./summary.ts";
import { suppliers } from "./suppliers.ts";
import { createSupport, type Support } from "./support.ts";
import type { Violation } from "./violation.ts";
import { createWitness, type Witness } from "./witness.ts";

export interface SoakOptions {
  /** Ends after so many SIGKILLs of replicas. */
  readonly kills: number;
  readonly replicas: number;
  readonly seed: number;
  /** Simulated seconds per real second. */
  readonly speed: number;
  /** Immediate crashes of PostgreSQL, spread over the kills. */
  readonly pgCrashes: number;
  /** Kills before everything comes to rest and is checked. */
  readonly cycleKills: number;
  readonly killsPerSecond: number;
  readonly buyers: number;
  readonly tell: (line: string) => void;
}

export interface SoakReport {
  readonly violations: readonly Violation[];
  readonly figures: Readonly<Record<string, number>>;
}

const STEP_MS = 250;
/** Of all kills, at most so many meet a replica while it starts, or a shop that has done little since the last. */
const EARLY_SHARE = 0.15;
const REST_MS = 90_000;

interface Stage {
  readonly options: SoakOptions;
  /** What all replicas have logged. */
  readonly logPath: string;
  readonly secrets: readonly string[];
  readonly clock: ReturnType<typeof createScaledClock>;
  readonly postgres: CrashablePostgres;
  readonly database: DatabaseHandle;
  readonly outside: SoakOutside;
  readonly witness: Witness;
  readonly crowd: Crowd;
  readonly operators: Operators;
  readonly support: Support;
  readonly herd: Herd;
  readonly front: Front;
  readonly recovery: Recovery;
  readonly random: Random;
  readonly deliver: (promptly: boolean) => void;
}

/**
 * Kills replicas and the database at random moments while buyers buy, lets everything come to rest now and then, and
 * holds the promises against what the outside world saw. The seed repeats what buyers mean to do and what goes wrong
 * on the network; how the processes interleave is never the same twice.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const directory = await mkdtemp(join(tmpdir(), "numstore-soak-"));
  // PostgreSQL is another user where this runs as root.
  await chmod(directory, 0o755);
  const stage = await setUp(options, directory);
  const violations: Violation[] = [];
  let crashes = 0;
  try {
    while (stage.herd.figures.kills < options.kills && violations.length === 0) {
      crashes += await havoc(stage, crashes);
      const restMs = await comeToRest(stage);
      const wait = async (): Promise<void> => {
        stage.deliver(true);
        await systemClock.sleep(STEP_MS);
      };
      violations.push(...(await judge(stage, options.speed, wait)), ...(await judgeLog(stage)));
      await tellCycle(stage, crashes, restMs, violations.length);
    }
    return { violations, figures: { ...(await summary(stage, violations)), "database crashes": crashes } };
  } finally {
    await stage.herd.stop();
    await stage.front.close();
    await stage.outside.close();
    await stage.database.close();
    await stage.postgres.stop();
    await rm(directory, { recursive: true, force: true });
    if (violations.length > 0) options.tell(`The replicas' log is kept: ${stage.logPath}`);
    else await rm(stage.logPath, { force: true });
  }
}

async function setUp(options: SoakOptions, directory: string): Promise<Stage> {
  const { seed, speed } = options;
  const logger = createLogger("silent");
  const script = await bundleShop(directory);
  const postgres = await startCrashablePostgres(join(directory, "data"), logger);
  const scale: TimeScale = { anchorMs: Date.now(), speed };
  const clock = createScaledClock(scale);
  const { connectionString } = postgres;
  await scaleDatabaseTime(connectionString, scale);
  const database = createDatabase({ connectionString, applicationName: "soak", logger, maxConnections: 2 });
  const outside = await startSoakOutside(clock, suppliers);
  const witness = createWitness(outside);
  const replicas = await startReplicas(options, { script, scale, connectionString, outside, witness });
  await collectEvidence(database.db);
  const { telegram, cryptoPay } = outside;
  const webhookUrl = `${replicas.front.url}/webhooks/crypto-pay`;
  const cashier = createCashier({ cryptoPay, witness, clock, webhookUrl });
  const crowd = createCrowd({ telegram, cashier, clock, seed, speed, size: options.buyers });
  return {
    ...replicas,
    options,
    clock,
    postgres,
    database,
    outside,
    witness,
    crowd,
    operators: createOperators({ telegram, clock, witness, buyerIds: crowd.ids, seed }),
    support: createSupport({ telegram, clock, witness, seed }),
    recovery: createRecovery(telegram),
    random: createRandom(seed),
    deliver: createPostman({ clock, providers: outside.providers, witness, seed }).step,
  };
}

interface Surroundings {
  readonly script: string;
  readonly scale: TimeScale;
  readonly connectionString: string;
  readonly outside: SoakOutside;
  readonly witness: Witness;
}

async function startReplicas(
  options: SoakOptions,
  { script, scale, connectionString, outside, witness }: Surroundings,
): Promise<Pick<Stage, "herd" | "front" | "logPath" | "secrets">> {
  let herd: Herd | undefined;
  const front = await startFront({
    ports: () => herd?.ports() ?? [],
    onForwarded: ({ body, status }) => witness.forwarded(body, status),
  });
  const env = soakEnvironment(outside, { DATABASE_URL: connectionString, PUBLIC_URL: front.url });
  tellWebhooks(outside, front.url);
  const logPath = join(tmpdir(), `numstore-soak-${process.pid}.log`);
  herd = startHerd(options.replicas, { script, env, scale, log: openSync(logPath, "a") });
  await herd.open();
  return { herd, front, logPath, secrets: secretsOf(env, outside) };
}

/** Buyers, faults, kills and database crashes until this cycle's kills are done; returns the crashes. */
async function havoc(stage: Stage, crashesBefore: number): Promise<number> {
  const { options, herd, crowd, operators, random, outside, recovery, postgres } = stage;
  const mischief = createMischief(outside, createRandom(options.seed * 7 + herd.figures.kills));
  const until = Math.min(herd.figures.kills + options.cycleKills, options.kills);
  const killsPerCrash = options.pgCrashes > 0 ? options.kills / options.pgCrashes : Number.POSITIVE_INFINITY;
  const work = setInterval(() => {
    mischief.step();
    stage.support.step();
    stage.deliver(false);
  }, STEP_MS);
  crowd.start();
  operators.start();
  let crashes = 0;
  let recovering: Promise<void> = Promise.resolve();
  while (herd.figures.kills < until) {
    // Exponential, so that any moment is as likely as any other.
    const waitMs = (-Math.log(1 - random.next()) * 1000) / options.killsPerSecond;
    await systemClock.sleep(Math.min(waitMs, 5_000));
    const place = random.between(0, options.replicas - 1);
    // Most should die at work: on a busy machine every other moment would be one of starting.
    const isEarly = !(herd.isOpen(place) && recovery.isAtWork());
    if (isEarly && herd.figures.early >= herd.figures.kills * EARLY_SHARE) continue;
    if (isEarly) herd.figures.early += 1;
    await herd.kill(place);
    recovery.killed();
    if (herd.figures.kills >= (crashesBefore + crashes + 1) * killsPerCrash) {
      await recovering;
      recovering = postgres.crash();
      crashes += 1;
    }
  }
  await recovering;
  clearInterval(work);
  mischief.stop();
  await Promise.all([crowd.pause(), operators.pause()]);
  return crashes;
}

/** Nothing more goes wrong and nobody buys; returns how long (real) it took until nothing was left to do. */
async function comeToRest(stage: Stage): Promise<number> {
  const { herd, database, outside } = stage;
  // The sweep of Telegram's own list of payments, which runs at the start, has to find the lost updates.
  await herd.killAll();
  const startedAt = Date.now();
  await herd.open();
  let unrest: Record<string, number> = {};
  while (Date.now() - startedAt < REST_MS) {
    stage.deliver(true);
    unrest = await selectUnrest(database.db);
    if (Object.keys(unrest).length === 0 && outside.telegram.pendingUpdates() === 0) {
      return Date.now() - startedAt;
    }
    await systemClock.sleep(STEP_MS);
  }
  stage.options.tell(`  not at rest after ${REST_MS / 1000} s: ${JSON.stringify(unrest)}`);
  return REST_MS;
}

async function tellCycle(stage: Stage, crashes: number, restMs: number, violations: number): Promise<void> {
  const figures = await selectFigures(stage.database.db);
  const of = (name: string): number => figures[name] ?? 0;
  const { kills, killsWhileOpen } = stage.herd.figures;
  stage.options.tell(
    `${kills} kills (${killsWhileOpen} while open), ${crashes} database crashes, ${of("orders")} orders: ` +
      `${of("finished") + of("received") + of("waiting_again")} sold, ${of("doubts")} doubts, ${of("adopted")} adopted, ` +
      `${of("orphans")} strays; at rest after ${(restMs / 1000).toFixed(1)} s; ${violations} violations`,
  );
}
