import { addMs, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Trouble, TroubleKind } from "../../core/troubles.ts";
import type { Database } from "../../db/client.ts";
import {
  claimAlarms,
  claimEndings,
  deleteAlarms,
  deleteUnseenAlarms,
  markAlarmsTold,
  selectAlarms,
} from "../../db/queries/alarms.ts";

const LOOK_TIMEOUT_MS = 5_000;
const BOOK_TIMEOUT_MS = 5_000;
/** A host that is not heard of for so long is gone, and its troubles with it. */
const FORGET_MS = 24 * 60 * 60 * 1000;
/** A look that is older says nothing about now. */
const FRESH_MS = 60_000;

/** Looks for troubles of some kinds. A rejection says nothing about them: what was known stays known. */
export interface Probe {
  readonly kinds: readonly TroubleKind[];
  /** True: about this process or its host. False: all replicas see the same. */
  readonly isLocal: boolean;
  readonly look: () => Promise<readonly Trouble[]>;
}

/** What is said about a trouble: that it is there, or that it is over (its facts are not known any more). */
export type AlarmMessage =
  | { readonly isOver: false; readonly trouble: Trouble }
  | { readonly isOver: true; readonly kind: TroubleKind; readonly subject: string };

export interface AlarmsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly probes: readonly Probe[];
  /** The name of this host. */
  readonly host: string;
  /** Straight to operators, past everything that may be broken. False: nobody was reached; it is tried again. */
  readonly tell: (message: AlarmMessage) => Promise<boolean>;
}

export interface Alarms {
  /** Looks once, and tells what has come and what is over. */
  check(): Promise<void>;
  /** True: a look within the last minute found nothing wrong. */
  isAllWell(): boolean;
}

/** A trouble is known by this, on all replicas. */
function keyOf({ kind, subject }: Pick<Trouble, "kind" | "subject">, host: string | null): string {
  return [kind, subject, ...(host === null ? [] : [host])].join("|");
}

/**
 * Tells operators of troubles, each once, and once that it is over. Rows in the database make it once for all replicas.
 * While the database does not answer each replica goes by its own memory, so each tells.
 */
export function createAlarms(deps: AlarmsDeps): Alarms {
  const { db, clock, logger, probes, host } = deps;
  const kinds = new Map(
    probes.flatMap(({ kinds: own, isLocal }) => own.map((kind) => [kind, isLocal] as const)),
  );
  /** Told without the database, and not yet written down. */
  const toldAlone = new Set<string>();
  let wellAt: number | undefined;

  async function look(): Promise<{ troubles: Map<string, Trouble>; looked: Set<string> }> {
    const troubles = new Map<string, Trouble>();
    const looked = new Set<string>();
    await Promise.all(
      probes.map(async ({ kinds: own, isLocal, look: ask }) => {
        const found = await inTime(clock, LOOK_TIMEOUT_MS, ask()).catch((error: unknown) => {
          logger.warn({ kinds: own, error }, "could not look for troubles");
          return undefined;
        });
        if (!found) return;
        for (const kind of own) looked.add(kind);
        for (const trouble of found) troubles.set(keyOf(trouble, isLocal ? host : null), trouble);
      }),
    );
    return { troubles, looked };
  }

  /** Which of these nobody has told: by the book of all replicas, or by memory where it cannot be read. */
  async function untold(keys: readonly string[]): Promise<{ mine: ReadonlySet<string>; hasBook: boolean }> {
    try {
      if (toldAlone.size > 0) {
        await inTime(clock, BOOK_TIMEOUT_MS, markAlarmsTold(db, [...toldAlone], clock.now()));
        toldAlone.clear();
      }
      const mine = await inTime(clock, BOOK_TIMEOUT_MS, claimAlarms(db, keys, clock.now()));
      return { mine, hasBook: true };
    } catch (error) {
      logger.warn({ error }, "troubles are told without the database's help");
      return { mine: new Set(keys.filter((key) => !toldAlone.has(key))), hasBook: false };
    }
  }

  async function tellNew(troubles: ReadonlyMap<string, Trouble>): Promise<boolean> {
    const { mine, hasBook } = await untold([...troubles.keys()]);
    const told: string[] = [];
    for (const key of mine) {
      const trouble = troubles.get(key);
      if (!trouble) continue;
      logger.error({ kind: trouble.kind, subject: trouble.subject, facts: trouble.facts }, "trouble");
      if (await deps.tell({ isOver: false, trouble })) told.push(key);
    }
    if (hasBook) await markAlarmsTold(db, told, clock.now());
    else for (const key of told) toldAlone.add(key);
    return hasBook;
  }

  async function tellEnds(
    troubles: ReadonlyMap<string, Trouble>,
    looked: ReadonlySet<string>,
  ): Promise<void> {
    const over = (await selectAlarms(db)).filter((key) => {
      const [kind = "", , ownHost] = key.split("|");
      const isOurs = kinds.get(kind as TroubleKind) === true ? ownHost === host : true;
      return isOurs && looked.has(kind) && !troubles.has(key);
    });
    const told: string[] = [];
    for (const key of await claimEndings(db, over)) {
      const [kind = "", subject = ""] = key.split("|");
      const known = probes.flatMap((probe) => probe.kinds).find((one) => one === kind);
      if (!known) continue;
      logger.info({ kind, subject }, "trouble is over");
      if (await deps.tell({ isOver: true, kind: known, subject })) told.push(key);
    }
    await deleteAlarms(db, told);
    await deleteUnseenAlarms(db, addMs(clock.now(), -FORGET_MS));
  }

  return {
    async check() {
      const { troubles, looked } = await look();
      if (troubles.size === 0 && looked.size === kinds.size) wellAt = clock.now().getTime();
      else wellAt = undefined;
      const hasBook = await tellNew(troubles);
      if (hasBook) await tellEnds(troubles, looked);
    },
    isAllWell: () => wellAt !== undefined && clock.now().getTime() - wellAt <= FRESH_MS,
  };
}

/** Rejects after `ms`; what was asked for goes on by itself. */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = clock.sleep(ms, timer.signal).then(() => {
    throw new Error("no answer in time");
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
