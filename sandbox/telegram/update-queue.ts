import type { Clock } from "../../src/core/clock.ts";
import type { WireObject } from "./wire.ts";

/** Telegram keeps an update for 24 hours. */
const UPDATE_LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_QUEUED = 100_000;
const FIRST_UPDATE_ID = 310_000_001;

/** Kinds that a bot receives only if it names them in allowed_updates. */
const NOT_BY_DEFAULT = new Set(["chat_member", "message_reaction", "message_reaction_count"]);

export interface QueuedUpdate {
  readonly id: number;
  readonly kind: string;
  /** Updates of one lane reach a webhook one after the other. */
  readonly lane: string;
  readonly queuedAtMs: number;
  /** The whole Update object, `update_id` included. */
  readonly body: WireObject;
}

export interface UpdateQueue {
  /** Queues `{ update_id, [kind]: payload }` unless the bot does not want the kind. */
  push(kind: string, payload: unknown, lane: string): void;
  /** Queues fields as they are, under the next update id. */
  pushRaw(fields: WireObject): number;
  /** Marks the newest update to be delivered once more, under its old id. */
  repeatLast(): number;
  /** Returns and removes the repeats that wait for delivery. */
  takeRepeats(): QueuedUpdate[];
  /** Unconfirmed updates from `offset` on (all of them for 0), oldest first. */
  read(offset: number, limit: number): QueuedUpdate[];
  /** Forgets updates with an id below `offset`; a negative offset keeps only that many newest ones. */
  confirm(offset: number): void;
  remove(id: number): void;
  has(id: number): boolean;
  clear(): void;
  pending(): number;
  /** Sets allowed_updates. Undefined: unchanged. An empty list: the default kinds. */
  setAllowed(kinds: readonly string[] | undefined): void;
  allowed(): readonly string[];
  /** Called after every push; returns the function that ends it. */
  onPush(listener: () => void): () => void;
}

export function createUpdateQueue(clock: Clock): UpdateQueue {
  const queue: QueuedUpdate[] = [];
  let repeats: QueuedUpdate[] = [];
  let last: QueuedUpdate | undefined;
  let nextId = FIRST_UPDATE_ID;
  let allowed: readonly string[] = [];
  const listeners = new Set<() => void>();

  const isWanted = (kind: string): boolean =>
    allowed.length === 0 ? !NOT_BY_DEFAULT.has(kind) : allowed.includes(kind);
  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const enqueue = (kind: string, fields: WireObject, lane: string): QueuedUpdate => {
    const id = nextId;
    nextId += 1;
    last = { id, kind, lane, queuedAtMs: clock.now().getTime(), body: { ...fields, update_id: id } };
    queue.push(last);
    if (queue.length > MAX_QUEUED) queue.shift();
    notify();
    return last;
  };
  /** The index of the first update with at least this id. Ids grow along the queue. */
  const placeOf = (id: number): number => {
    const place = queue.findIndex((update) => update.id >= id);
    return place < 0 ? queue.length : place;
  };
  const dropExpired = (): void => {
    const oldestMs = clock.now().getTime() - UPDATE_LIFETIME_MS;
    while ((queue[0]?.queuedAtMs ?? oldestMs + 1) <= oldestMs) queue.shift();
  };

  return {
    push(kind, payload, lane) {
      if (isWanted(kind)) enqueue(kind, { [kind]: payload }, lane);
    },
    pushRaw: (fields) => enqueue(Object.keys(fields)[0] ?? "unknown", fields, "raw").id,
    repeatLast() {
      if (!last) throw new Error("There is no update to repeat yet");
      repeats = [...repeats, last];
      notify();
      return last.id;
    },
    takeRepeats() {
      const taken = repeats;
      repeats = [];
      return taken;
    },
    read(offset, limit) {
      dropExpired();
      const place = placeOf(offset);
      return queue.slice(place, place + limit);
    },
    confirm(offset) {
      queue.splice(0, offset < 0 ? Math.max(0, queue.length + offset) : placeOf(offset));
    },
    remove(id) {
      const place = placeOf(id);
      if (queue[place]?.id === id) queue.splice(place, 1);
    },
    has(id) {
      dropExpired();
      return queue[placeOf(id)]?.id === id;
    },
    clear() {
      queue.length = 0;
      repeats = [];
    },
    pending() {
      dropExpired();
      return queue.length;
    },
    setAllowed(kinds) {
      if (kinds !== undefined) allowed = [...kinds];
    },
    allowed: () => allowed,
    onPush(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
