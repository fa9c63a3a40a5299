import { hostname } from "node:os";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { createDatabase, type Database } from "../db/client.ts";
import { type Alarms, createAlarms, type Probe } from "../operations/alarms/alarms.ts";
import {
  backupProbe,
  clockProbe,
  countsProbe,
  diskProbe,
  loopsProbe,
  writableProbe,
} from "../operations/alarms/probes.ts";
import { backUpWhenDue } from "../operations/backup/schedule.ts";
import { createLoop, type Loop, type Pulse } from "../workers/loop.ts";
import { createTeller } from "./alarm-teller.ts";
import type { Config } from "./config/config.ts";

const CHECK_MS = 15_000;
const HEARTBEAT_MS = 60_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;
const BACKUP_CHECK_MS = 10 * 60_000;
/** Long, because a whole table is read in a few statements. */
const BACKUP_STATEMENT_MS = 600_000;
const BACKUP_IDLE_MS = 60_000;

export interface UpkeepDeps {
  readonly config: Config;
  readonly db: Database;
  readonly connectionString: string;
  readonly clock: Clock;
  /** The clock of this machine, even where `clock` is the database's. */
  readonly machineClock: Clock;
  readonly logger: Logger;
  readonly holder: string;
  /** The loops of this process. */
  readonly pulses: () => readonly Pulse[];
}

/** The loops that look for troubles, tell an outside watcher that all is well, and write backups. */
export function createUpkeep(deps: UpkeepDeps): Loop[] {
  const { config, clock, logger } = deps;
  const every = (name: string, everyMs: number, run: (signal: AbortSignal) => Promise<void>): Loop =>
    createLoop({
      name,
      everyMs,
      run: async (signal) => {
        await run(signal);
        return "idle";
      },
      clock,
      logger,
    });
  const alarms = createShopAlarms(deps);
  const loops = [every("alarms", CHECK_MS, () => alarms.check())];
  const { heartbeatUrl, backups } = config.upkeep;
  if (heartbeatUrl !== null) {
    loops.push(every("heartbeat", HEARTBEAT_MS, () => beat(heartbeatUrl, alarms)));
  }
  if (backups) {
    const { db, holder } = deps;
    const open = () =>
      createDatabase({
        connectionString: deps.connectionString,
        applicationName: "numstore-backup",
        logger,
        maxConnections: 1,
        statementTimeoutMs: BACKUP_STATEMENT_MS,
        idleInTransactionTimeoutMs: BACKUP_IDLE_MS,
      });
    const schedule = { db, open, clock, logger, holder, ...backups };
    loops.push(every("backup", BACKUP_CHECK_MS, (signal) => backUpWhenDue(schedule, signal)));
  }
  return loops;
}

/** Throws what the log shall show; the address, which may hold a key, is not in it. */
async function beat(url: string, alarms: Alarms): Promise<void> {
  if (!alarms.isAllWell()) return;
  let status: number;
  try {
    const answer = await fetch(url, {
      redirect: "follow",
      signal: AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS),
    });
    status = answer.status;
    await answer.body?.cancel();
  } catch (error) {
    throw new Error(`HEARTBEAT_URL does not answer: ${error instanceof Error ? error.name : "unknown"}`);
  }
  if (status >= 400) throw new Error(`HEARTBEAT_URL answers with HTTP ${status}`);
}

function createShopAlarms(deps: UpkeepDeps): Alarms {
  const { config, db, clock, machineClock, logger } = deps;
  const { backups } = config.upkeep;
  const folders = {
    ...(config.database.url === null && { "the database": config.database.dataDir }),
    ...(config.database.url !== null && { "the shop": "." }),
    ...(backups && { "the backups": backups.dir }),
  };
  const probes: Probe[] = [
    writableProbe({ db, clock }),
    countsProbe({ db, clock }),
    clockProbe({ db, machineClock }),
    diskProbe(folders),
    loopsProbe(deps.pulses),
    ...(backups ? [backupProbe({ ...backups, startedAt: clock.now() }, clock)] : []),
  ];
  return createAlarms({
    db,
    clock,
    logger,
    probes,
    host: `${hostname()}:${config.http.port}`,
    tell: createTeller(deps),
  });
}
