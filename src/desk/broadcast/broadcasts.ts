import { createHash } from "node:crypto";
import { type Audience, type BroadcastContent, emptyContent } from "../../core/broadcasts.ts";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { newId } from "../../core/ids.ts";
import { actorOf, type Staff } from "../../core/staff.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { countAudience } from "../../db/queries/broadcast-audience.ts";
import { withdrawQueued } from "../../db/queries/broadcast-recipients.ts";
import * as queries from "../../db/queries/broadcasts.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { StaffBook } from "../staff/staff.ts";

/** What became of showing a broadcast. "refused": `why` is Telegram's own description. */
export type Shown =
  | { readonly kind: "shown" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "away" };

/** Sends a broadcast to one chat as its readers of these languages get it (`any`: of all others). Stops at the first refusal. */
export type ShowBroadcast = (
  chatId: number,
  content: BroadcastContent,
  languages: readonly string[],
) => Promise<Shown>;

export interface BroadcastsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly staff: Pick<StaffBook, "require">;
  readonly showBroadcast: ShowBroadcast;
  readonly languages: readonly string[];
}

interface Change {
  readonly staff: Staff;
  readonly id: string;
  readonly updateId: number;
}

/** Broadcasts at the desk, besides what needs a draft with a confirmation (broadcast-kinds.ts). */
export interface Broadcasts {
  /** Newest first. */
  list(range: { limit: number; offset: number }): Promise<readonly queries.BroadcastRow[]>;
  /** Those that are being sent or taken back, or are paused. */
  underWay(): Promise<readonly queries.BroadcastRow[]>;
  /** Throws DeskRefusal "not_found". */
  find(id: string): Promise<queries.BroadcastRow>;
  count(audience: Audience): Promise<number>;
  /** Makes an empty draft. Returns its id. */
  create(input: Omit<Change, "id">): Promise<string>;
  /**
   * Changes the draft's content, if Telegram takes it: it is shown to the person who changes it, as its readers will see
   * it. Refused, it is not saved. Throws DeskRefusal "changed" where somebody else changed it meanwhile.
   */
  edit(input: Change & { change: (content: BroadcastContent) => BroadcastContent }): Promise<Shown>;
  setAudience(input: Change & { change: (audience: Audience) => Audience }): Promise<void>;
  /** Shows each of its texts to this person. */
  show(input: Change): Promise<Shown>;
  discard(input: Change): Promise<void>;
  /** Throws DeskRefusal "wrong_state" where it does not run, or is not paused. */
  pause(input: Change): Promise<void>;
  resume(input: Change): Promise<void>;
}

export function createBroadcasts(deps: BroadcastsDeps): Broadcasts {
  const { db, clock, languages, showBroadcast } = deps;
  const find: Broadcasts["find"] = async (id) => {
    const row = await queries.selectBroadcast(db, id);
    if (!row) throw new DeskRefusal("not_found");
    return row;
  };
  const findDraft: Broadcasts["find"] = async (id) => {
    const row = await find(id);
    if (row.state !== "draft") throw new DeskRefusal("wrong_state", { state: row.state });
    return row;
  };
  return {
    list: (range) => queries.selectBroadcasts(db, range),
    underWay: () => queries.selectBroadcastsUnderWay(db),
    find,
    count: (audience) => countAudience(db, { ...audience, at: clock.now(), languages }),
    create: (input) => create(deps, input),
    async edit({ change, ...input }) {
      const row = await findDraft(input.id);
      const content = change(row.content);
      const isSameFrame =
        content.photoFileId === row.content.photoFileId &&
        JSON.stringify(content.button) === JSON.stringify(row.content.button);
      // A picture or a button is under every text; else only what is new is shown.
      const isNew = (language: string): boolean =>
        !isSameFrame || content.texts[language] !== row.content.texts[language];
      const shown = await showBroadcast(
        input.staff.telegramId,
        content,
        Object.keys(content.texts).filter(isNew),
      );
      if (shown.kind === "shown") await save(deps, input, row, { ...row, content });
      return shown;
    },
    async setAudience({ change, ...input }) {
      const row = await findDraft(input.id);
      await save(deps, input, row, { ...row, audience: change(row.audience) });
    },
    async show({ staff, id }) {
      const { content } = await find(id);
      return await showBroadcast(staff.telegramId, content, Object.keys(content.texts));
    },
    discard: (input) => discard(deps, input),
    pause: (input) => switchTo(deps, input, "paused"),
    resume: (input) => switchTo(deps, input, "running"),
  };
}

/** What the audit log says of a content: enough to tell one from another, and no words. */
export function contentFacts({ texts, photoFileId, button }: BroadcastContent) {
  const textHash = createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
  return {
    languages: Object.keys(texts).join(" "),
    textHash,
    hasPhoto: photoFileId !== null,
    button: button?.url ?? null,
  };
}

export function audienceFacts({ segment, language }: Audience) {
  return { segment, language };
}

async function create(deps: BroadcastsDeps, { staff, updateId }: Omit<Change, "id">): Promise<string> {
  const id = newId();
  const at = deps.clock.now();
  await inTransaction(deps.db, async (tx) => {
    const { telegramId } = await deps.staff.require(tx, staff.telegramId, "draftBroadcast");
    const audience = { segment: "all", language: null } as const;
    await queries.insertBroadcast(tx, { id, content: emptyContent, audience, madeBy: telegramId, at });
    await writeAudit(tx, { ...entryOf({ staff, id, updateId }, at), action: "broadcast begun" });
  });
  return id;
}

async function save(
  deps: BroadcastsDeps,
  input: Change,
  before: queries.BroadcastRow,
  after: queries.BroadcastRow,
): Promise<void> {
  const at = deps.clock.now();
  await inTransaction(deps.db, async (tx) => {
    await deps.staff.require(tx, input.staff.telegramId, "draftBroadcast");
    if (!(await queries.updateDraft(tx, after))) throw new DeskRefusal("changed");
    await writeAudit(tx, {
      ...entryOf(input, at),
      action: "broadcast changed",
      before: { ...contentFacts(before.content), ...audienceFacts(before.audience) },
      after: { ...contentFacts(after.content), ...audienceFacts(after.audience) },
    });
  });
}

async function discard(deps: BroadcastsDeps, input: Change): Promise<void> {
  const at = deps.clock.now();
  await inTransaction(deps.db, async (tx) => {
    await deps.staff.require(tx, input.staff.telegramId, "draftBroadcast");
    if (!(await queries.deleteDraft(tx, input.id))) throw new DeskRefusal("not_found");
    await writeAudit(tx, { ...entryOf(input, at), action: "broadcast discarded" });
  });
}

async function switchTo(deps: BroadcastsDeps, input: Change, to: "paused" | "running"): Promise<void> {
  const at = deps.clock.now();
  const from = to === "paused" ? "running" : "paused";
  await inTransaction(deps.db, async (tx) => {
    await deps.staff.require(tx, input.staff.telegramId, "broadcast");
    const before = await queries.moveBroadcast(tx, input.id, { from: [from], to, endedAt: null });
    if (!before) throw new DeskRefusal("wrong_state", { state: `it is not ${from}` });
    if (to === "paused") await withdrawQueued(tx, input.id, "waiting");
    await writeAudit(tx, {
      ...entryOf(input, at),
      action: to === "paused" ? "broadcast paused" : "broadcast resumed",
      before: { state: from, sent: before.sent },
      after: { state: to },
    });
  });
}

function entryOf({ staff, id, updateId }: Change, at: Date) {
  const actor = actorOf(staff.telegramId);
  return { actor, subjectKind: "broadcast" as const, subject: id, updateId, at };
}
