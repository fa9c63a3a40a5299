import { readdir, statfs } from "node:fs/promises";
import { addMs, type Clock } from "../../core/clock.ts";
import type { Trouble } from "../../core/troubles.ts";
import type { Database } from "../../db/client.ts";
import { selectTroubleCounts, writeCheck } from "../../db/queries/alarms.ts";
import { selectDatabaseTime } from "../../db/queries/server.ts";
import { newestBackup } from "../backup/files.ts";
import type { Probe } from "./alarms.ts";

const GIB = 1024n ** 3n;
const MIN_FREE_PERCENT = 5n;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LATE_MESSAGE_MS = 5 * 60_000;
const MAX_SKEW_MS = 5_000;
/** A loop is stuck after so many of its periods without success, and never before so many minutes. */
const PERIODS = 10;
const MIN_SILENCE_MS = 2 * 60_000;
/** The second failure in a row: a database that moves to another machine is away for a moment. */
const FAILED_WRITES = 2;

/** The room left on the disks of these folders. `folders`: what each is for → its path. */
export function diskProbe(folders: Readonly<Record<string, string>>): Probe {
  return {
    kinds: ["disk_full"],
    isLocal: true,
    async look() {
      const troubles: Trouble[] = [];
      for (const [subject, path] of Object.entries(folders)) {
        // A folder that is gone must not keep the others from being looked at.
        const disk = await statfs(path, { bigint: true }).catch(() => undefined);
        if (!disk) continue;
        const { bavail, blocks, bsize } = disk;
        if (isRoomy(bavail, blocks, bsize)) continue;
        const percent = blocks === 0n ? 0n : (bavail * 100n) / blocks;
        const free = `${Number((bavail * bsize * 100n) / GIB) / 100} GiB`;
        troubles.push({ kind: "disk_full", subject, facts: { free, percent: `${percent}` } });
      }
      return troubles;
    },
  };
}

function isRoomy(free: bigint, all: bigint, blockBytes: bigint): boolean {
  return free * blockBytes >= GIB && free * 100n >= all * MIN_FREE_PERCENT;
}

/** Whether the database takes writes: one that answers reads may be a standby, or have a full disk. */
export function writableProbe({ db, clock }: { readonly db: Database; readonly clock: Clock }): Probe {
  let failures = 0;
  return {
    kinds: ["database_unwritable"],
    isLocal: false,
    async look() {
      const timer = new AbortController();
      const late = clock.sleep(3_000, timer.signal).then(() => false);
      const written = writeCheck(db, clock.now()).then(
        () => true,
        () => false,
      );
      const isWritten = await Promise.race([written, late]);
      timer.abort();
      failures = isWritten ? 0 : failures + 1;
      return failures >= FAILED_WRITES
        ? [{ kind: "database_unwritable", subject: "database", facts: {} }]
        : [];
    },
  };
}

/** Loops of this process that have not succeeded for too long: they fail, or they hang. */
export function loopsProbe(
  pulses: () => readonly { readonly name: string; readonly everyMs: number; silentMs(): number }[],
): Probe {
  return {
    kinds: ["loop_stuck"],
    isLocal: true,
    look: async () =>
      pulses().flatMap(({ name, everyMs, silentMs }) => {
        const silence = silentMs();
        if (silence <= Math.max(PERIODS * everyMs, MIN_SILENCE_MS)) return [];
        const minutes = `${Math.round(silence / 60_000)}`;
        return [{ kind: "loop_stuck" as const, subject: name, facts: { minutes } }];
      }),
  };
}

/** What the database can tell: updates and messages that were given up, and money that came or went without us. */
export function countsProbe({ db, clock }: { readonly db: Database; readonly clock: Clock }): Probe {
  return {
    kinds: ["updates_given_up", "messages_dropped", "messages_late", "chargebacks", "payments_unassigned"],
    isLocal: false,
    async look() {
      const now = clock.now();
      const counts = await selectTroubleCounts(db, { hour: addMs(now, -HOUR_MS), day: addMs(now, -DAY_MS) });
      const lateMs = counts.oldestDueAt === null ? 0 : now.getTime() - counts.oldestDueAt.getTime();
      return [
        ...counted("updates_given_up", counts.givenUpUpdates),
        ...counted("messages_dropped", counts.droppedMessages),
        ...(lateMs > LATE_MESSAGE_MS ? counted("messages_late", Math.round(lateMs / 60_000)) : []),
        ...counted("chargebacks", counts.starsTakenBack),
        ...counted("payments_unassigned", counts.unassignedPayments),
      ];
    },
  };
}

function counted(kind: Trouble["kind"], count: number): Trouble[] {
  return count > 0 ? [{ kind, subject: "shop", facts: { count: `${count}` } }] : [];
}

export interface BackupRules {
  readonly dir: string;
  readonly everyMs: number;
  readonly startedAt: Date;
}

/** The newest scheduled backup in this folder is older than two periods, or there is none although one was due. */
export function backupProbe(rules: BackupRules, clock: Clock): Probe {
  return {
    kinds: ["backup_old"],
    isLocal: true,
    async look() {
      const newest = newestBackup(await readdir(rules.dir).catch(() => []));
      const ageMs = clock.now().getTime() - (newest?.at ?? rules.startedAt).getTime();
      if (ageMs <= (newest ? 2 * rules.everyMs : HOUR_MS)) return [];
      const hours = `${Math.round(ageMs / HOUR_MS)}`;
      return [{ kind: "backup_old", subject: "backup", facts: { hours } }];
    },
  };
}

/** This host's clock against the database's. */
export function clockProbe({ db, machineClock }: { db: Database; machineClock: Clock }): Probe {
  return {
    kinds: ["clock_wrong"],
    isLocal: true,
    async look() {
      const before = machineClock.now().getTime();
      const database = (await selectDatabaseTime(db)).getTime();
      const skewMs = Math.abs((before + machineClock.now().getTime()) / 2 - database);
      if (skewMs <= MAX_SKEW_MS) return [];
      return [{ kind: "clock_wrong", subject: "clock", facts: { seconds: `${Math.round(skewMs / 1000)}` } }];
    },
  };
}
