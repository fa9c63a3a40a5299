import { closeSync, openSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/core/clock.ts";
import { bundleShop } from "../soak/bundle.ts";
import { type SoakOutside, type Supplier, soakEnvironment, startSoakOutside } from "../soak/outside.ts";
import { createWitness, type Witness } from "../soak/witness.ts";
import { tellWebhooks } from "../world.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { findHaProxy, type HaProxy, startHaProxy } from "./haproxy.ts";
import { createLetters, type Letters } from "./letters.ts";
import { findPgBouncer, type PgBouncer, startPgBouncer } from "./pgbouncer.ts";

/** The shop as it runs on several machines: replicas behind HAProxy, on one database behind PgBouncer. */
export interface ReplicaStage {
  readonly outside: SoakOutside;
  readonly witness: Witness;
  readonly fleet: Fleet;
  readonly letters: Letters;
  readonly pgBouncer: PgBouncer;
  readonly haProxy: HaProxy;
  /** What the replicas, HAProxy and PgBouncer have logged. Kept when the stage closes. */
  readonly logPath: string;
  close(): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const terms = { cancelAfterMs: 20_000, lifetimeMs: 1_200_000 };
const REQUESTS_PER_SECOND = "5";
const STEP_MS = 50;

/** One that lists its rentals, one that is asked about each, and one that pushes. */
const suppliers: Readonly<Record<string, Supplier>> = {
  herosms: {
    protocol: "handler-api",
    dialect: "herosms",
    ...terms,
    sells: ({ serviceCode }) => serviceCode === "wa",
  },
  oxgel: { protocol: "oxgel", ...terms, sells: ({ serviceCode }) => serviceCode === "go" },
  gateway: { protocol: "push-gateway", ...terms, sells: ({ countryCode }) => countryCode === "4" },
};
/** What to type to buy from each supplier. */
export const wantedFrom = {
  herosms: "whatsapp uk",
  oxgel: "google poland",
  gateway: "whatsapp indonesia",
} as const;

/** Why the stage cannot be set here; undefined: it can. */
export function whyNoStage(): string | undefined {
  const missing = [
    ...(findPgBouncer() === undefined ? ["pgbouncer"] : []),
    ...(findHaProxy() === undefined ? ["haproxy"] : []),
  ];
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")} (apt-get install)`;
}

/** Starts everything. `connectionString`: a migrated database on a Unix socket. */
export async function setReplicaStage(options: {
  readonly replicas: number;
  readonly connectionString: string;
  readonly seed: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<ReplicaStage> {
  const [pgBouncerProgram, haProxyProgram] = [findPgBouncer(), findHaProxy()];
  if (pgBouncerProgram === undefined || haProxyProgram === undefined) throw new Error(whyNoStage());
  const directory = await mkdtemp(join(tmpdir(), "numstore-replicas-"));
  // PgBouncer and HAProxy run as another user where this runs as root.
  await chmod(directory, 0o755);
  const logPath = join(tmpdir(), `numstore-replicas-${process.pid}.log`);
  const log = openSync(logPath, "a");
  const outside = await startSoakOutside(systemClock, suppliers);
  const witness = createWitness(outside);
  const letters = createLetters(outside, options.seed);
  const { connectionString } = options;
  const pgBouncer = await startPgBouncer({ program: pgBouncerProgram, directory, connectionString, log });
  const env: Record<string, string> = {};
  const fleet = await createFleet(options.replicas, {
    script: await bundleShop(directory, MAIN),
    env: () => env,
    log,
  });
  const haProxy = await startHaProxy({ program: haProxyProgram, directory, ports: fleet.ports, log });
  const own = { DATABASE_URL: pgBouncer.connectionString, PUBLIC_URL: haProxy.url, LOG_LEVEL: "info" };
  const rates = { PROVIDER_HEROSMS_RATE: REQUESTS_PER_SECOND, PROVIDER_OXGEL_RATE: REQUESTS_PER_SECOND };
  Object.assign(env, soakEnvironment(outside, { ...own, ...rates, ...options.env }));
  tellWebhooks(outside, haProxy.url);
  await fleet.start();
  const delivering = setInterval(letters.step, STEP_MS);
  return {
    outside,
    witness,
    fleet,
    letters,
    pgBouncer,
    haProxy,
    logPath,
    async close() {
      clearInterval(delivering);
      await fleet.stop();
      await haProxy.stop();
      await pgBouncer.stop();
      await outside.close();
      closeSync(log);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
