import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { expandId } from "../../core/ids.ts";
import type { Staff } from "../../core/staff.ts";
import type { Database } from "../../db/client.ts";
import * as queries from "../../db/queries/desk-find.ts";

export type Hit = queries.Hit;

export interface Found {
  /** At most ten, each once. */
  readonly hits: readonly Hit[];
  /** As what the text was looked up. Empty: it looks like nothing that the shop knows. */
  readonly tried: readonly string[];
}

/** One input for everything. What the text may be is told by its shape; nothing of it is ever a pattern. */
export interface Find {
  /** Throws DeskRefusal "too_many_searches" after 30 in a minute. */
  search(staff: Staff, text: string): Promise<Found>;
}

const MAX_A_MINUTE = 30;
const MINUTE_MS = 60_000;
const MONTH_MS = 30 * 24 * 3_600_000;
const MAX_HITS = 10;
const MAX_TEXT = 256;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ID_END = /^#?([0-9a-f]{8})$/i;
/** Its six characters, or the key as far as it is not secret. */
const KEY_ID = /^(?:ns)?([0-9A-Za-z]{6})$/;
const NAME = /^@?([a-z][a-z0-9_]{3,31})$/i;
const DIGITS = /^\+?(\d{4,15})$/;
const UPSTREAM = /^([a-z][a-z0-9-]{0,31}):([\x21-\x7e]{1,64})$/i;
const PRINTABLE = /^[\x21-\x7e]{1,256}$/;

interface Try {
  readonly as: string;
  readonly look: () => Promise<readonly Hit[]>;
}

export function createFind({ db, clock }: { db: Database; clock: Clock }): Find {
  return {
    async search(staff, text) {
      const now = clock.now().getTime();
      const minuteAt = new Date(now - (now % MINUTE_MS));
      if ((await queries.countSearch(db, staff.telegramId, minuteAt)) > MAX_A_MINUTE)
        throw new DeskRefusal("too_many_searches");
      const tries = triesFor(
        db,
        text.normalize("NFKC").trim().slice(0, MAX_TEXT),
        addMs(clock.now(), -MONTH_MS),
      );
      const hits = new Map<string, Hit>();
      for (const { look } of tries)
        for (const hit of await look()) if (hits.size < MAX_HITS) hits.set(`${hit.kind} ${hit.id}`, hit);
      return { hits: [...hits.values()], tried: tries.map(({ as }) => as) };
    },
  };
}

function triesFor(db: Database, text: string, since: Date): readonly Try[] {
  const tries: Try[] = [];
  const add = (as: string, look: Try["look"]): void => void tries.push({ as, look });
  const id = UUID.test(text) ? text.toLowerCase() : expandId(text);
  if (id !== undefined) add("id", () => queries.findById(db, id));
  const end = ID_END.exec(text)?.[1]?.toLowerCase();
  if (end !== undefined) add("end of an id", () => queries.findByIdEnd(db, end));
  const keyId = KEY_ID.exec(text)?.[1];
  if (keyId !== undefined) add("API key", () => queries.findByKey(db, keyId));
  const digits = DIGITS.exec(text.replace(/[\s()-]/g, ""))?.[1];
  if (digits !== undefined) {
    const telegramId = Number(digits);
    add("Telegram id", () => queries.findByTelegram(db, telegramId));
    add("number or its last digits", () => queries.findByPhoneEnd(db, digits, since));
  }
  const name = NAME.exec(text)?.[1];
  if (name !== undefined) add("@name", () => queries.findByUsername(db, name));
  const [, provider = "", upstreamId] = UPSTREAM.exec(text) ?? [];
  if (upstreamId !== undefined)
    add("provider's id", () => queries.findByUpstream(db, upstreamId, provider.toLowerCase()));
  if (PRINTABLE.test(text) && !text.startsWith("@")) {
    add("payment", () => queries.findByCharge(db, text));
    if (upstreamId === undefined) add("provider's id", () => queries.findByUpstream(db, text, null));
  }
  return tries;
}
