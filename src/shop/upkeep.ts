import { hostname } from "node:os";
import { type Api, GrammyError } from "grammy";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { loggable } from "../bot/telegram-errors.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { createDatabase, type Database } from "../db/client.ts";
import { selectTopic } from "../db/queries/operators-chat.ts";
import {
  type AlarmMessage,
  type Alarms,
  createAlarms,
  inTime,
  type Probe,
} from "../operations/alarms/alarms.ts";
import {
  backupProbe,
  clockProbe,
  countsProbe,
  diskProbe,
  loopsProbe,
  writableProbe,
} from "../operations/alarms/probes.ts";
import { backUpWhenDue } from "../operations/backup/schedule.ts";
import { alarmTexts } from "../texts/operator/alarms.ts";
import { createLoop, type Loop, type Pulse } from "../workers/loop.ts";
import type { Config } from "./config/config.ts";
import { createShopGroup } from "./operators-group.ts";

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

/**
 * Tells the operators' group, or every operator, past the outbox: that may be what is broken. True: somebody got it.
 */
function createTeller({
  config,
  db,
  clock,
  logger,
}: UpkeepDeps): (message: AlarmMessage) => Promise<boolean> {
  const api = createTelegramApi({ ...config.telegram, clock, waitsForFloods: false });
  const tellGroup = createGroupTeller({ db, clock, logger, api }, config.upkeep.operatorsChat);
  return async (message) => {
    const text = messageText(message, hostname());
    if (await tellGroup(text)) return true;
    const sent = await Promise.all(
      config.adminIds.map((chatId) =>
        api.sendMessage(chatId, text, { parse_mode: "HTML" }).then(
          () => true,
          (error: unknown) => {
            const reason = error instanceof GrammyError ? loggable(error) : { reason: messageOf(error) };
            logger.warn(reason, "an operator could not be told of a trouble");
            return false;
          },
        ),
      ),
    );
    return sent.length === 0 || sent.includes(true);
  };
}

const TOPIC_TIMEOUT_MS = 1_000;

/** False: there is no group, or it could not be told. */
function createGroupTeller(
  deps: Pick<UpkeepDeps, "db" | "clock" | "logger"> & { readonly api: Api },
  chatId: number | null,
): (text: string) => Promise<boolean> {
  const { db, clock, logger, api } = deps;
  const group = createShopGroup(deps, chatId);
  /** For while the database, which knows the topic, does not answer. */
  let lastThreadId: number | undefined;
  return async (text) => {
    if (!group) return false;
    const send = (threadId: number | undefined) =>
      api.sendMessage(group.chatId, text, {
        parse_mode: "HTML",
        ...(threadId !== undefined && { message_thread_id: threadId }),
      });
    try {
      const isDatabaseThere = await inTime(
        clock,
        TOPIC_TIMEOUT_MS,
        selectTopic(db, group.chatId, "trouble"),
      ).then(
        () => true,
        () => false,
      );
      if (isDatabaseThere) {
        await group.within("trouble", (threadId) => {
          lastThreadId = threadId;
          return send(threadId);
        });
      } else await send(lastThreadId);
      return true;
    } catch (error) {
      const reason = error instanceof GrammyError ? loggable(error) : { reason: messageOf(error) };
      logger.warn(reason, "the operators' group could not be told of a trouble");
      return false;
    }
  };
}

function messageText(message: AlarmMessage, host: string): string {
  if (message.isOver) return alarmTexts.over(message.kind, message.subject, host);
  const { kind, subject, facts } = message.trouble;
  return alarmTexts.there(kind, subject, facts, host);
}
