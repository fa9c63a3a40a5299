import { createHash } from "node:crypto";
import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { newId } from "../../core/ids.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import type { Database, Executor } from "../../db/client.ts";
import {
  type DraftRow,
  insertDraft,
  lockDraft,
  selectDraft,
  setDraftReason,
  setDraftUsed,
} from "../../db/queries/drafts.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { StaffBook } from "../staff/staff.ts";
import type { AnyDraftKind, Preview } from "./draft-kind.ts";

export interface DraftsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly staff: StaffBook;
  readonly kinds: readonly AnyDraftKind[];
  readonly onMessages: () => void;
}

/** A draft as its screen shows it. */
export type DraftView = {
  readonly id: string;
  readonly title: string;
  readonly back: string;
  readonly reason: string | null;
} & (
  | { readonly state: "reason"; readonly reasons: readonly string[] }
  /** `seal` belongs to what the preview says: confirming with an older one is refused. */
  | { readonly state: "ready"; readonly preview: Preview; readonly seal: string }
  | { readonly state: "used"; readonly outcome: string }
  /** It cannot be done as things stand. */
  | { readonly state: "refused"; readonly refusal: DeskRefusal }
);

export interface Confirmed {
  readonly note: string;
  /** The place of the desk to go back to. */
  readonly back: string;
  /** True: it was done before, and nothing was done now. */
  readonly isRepeated: boolean;
}

/**
 * How everything that matters is changed at the desk: draft → reason → before and after → confirm. The draft is the
 * idempotency key, so double taps and updates that are delivered twice do it once.
 */
export interface Drafts {
  /** Throws DeskRefusal "no_right". `content` is the kind's JSON. Returns the draft's id. */
  begin(input: {
    staff: Staff;
    kind: string;
    content: unknown;
    back: string;
    reason?: string;
  }): Promise<string>;
  /** Throws DeskRefusal: gone, or too old. */
  view(staff: Staff, draftId: string): Promise<DraftView>;
  giveReason(staff: Staff, draftId: string, reason: string): Promise<void>;
  /** The reason with this number on the kind's list. */
  pickReason(staff: Staff, draftId: string, index: number): Promise<void>;
  /** `typed`: what was typed, where the preview asks for it. */
  confirm(input: {
    staff: Staff;
    draftId: string;
    seal: string;
    typed: string | null;
    updateId: number;
  }): Promise<Confirmed>;
}

const LIFETIME_MS = 15 * 60_000;
const MAX_REASON = 200;

export function createDrafts(deps: DraftsDeps): Drafts {
  const { db, clock } = deps;
  const kinds = new Map(deps.kinds.map((kind) => [kind.name, kind]));
  const kindOf = (staff: Staff, name: string): AnyDraftKind => {
    const kind = kinds.get(name);
    if (!kind) throw new DeskRefusal("draft_gone");
    if (!hasRight(staff.role, kind.right)) throw new DeskRefusal("no_right");
    return kind;
  };
  const open = async (staff: Staff, draftId: string): Promise<{ row: DraftRow; kind: AnyDraftKind }> => {
    const row = await selectDraft(db, draftId, staff.telegramId);
    if (!row) throw new DeskRefusal("draft_gone");
    const kind = kindOf(staff, row.kind);
    if (row.usedAt === null && row.expiresAt <= clock.now()) throw new DeskRefusal("draft_old");
    return { row, kind };
  };
  const giveReason: Drafts["giveReason"] = async (staff, draftId, reason) => {
    await open(staff, draftId);
    await setDraftReason(db, draftId, staff.telegramId, reason.trim().slice(0, MAX_REASON));
  };
  return {
    async begin({ staff, kind: name, content, back, reason }) {
      const kind = kindOf(staff, name);
      // Ids come from buttons, which may be forged.
      if (!kind.accepts(content)) throw new DeskRefusal("not_found");
      const id = newId();
      const at = clock.now();
      const draft = { id, staffId: staff.telegramId, kind: name, content, back, reason: reason ?? null };
      await insertDraft(db, { ...draft, at, expiresAt: addMs(at, LIFETIME_MS) });
      return id;
    },
    async view(staff, draftId) {
      const { row, kind } = await open(staff, draftId);
      const base = { id: row.id, title: kind.title, back: row.back, reason: row.reason };
      if (row.usedAt !== null) return { ...base, state: "used", outcome: row.outcome ?? "" };
      const { reasons } = kind;
      if (row.reason === null && reasons.length > 0) return { ...base, state: "reason", reasons };
      try {
        const preview = await kind.preview(db, { staff, content: row.content });
        return { ...base, state: "ready", preview, seal: sealOf(preview, row.reason) };
      } catch (error) {
        if (!(error instanceof DeskRefusal)) throw error;
        return { ...base, state: "refused", refusal: error };
      }
    },
    giveReason,
    async pickReason(staff, draftId, index) {
      const { kind } = await open(staff, draftId);
      const reason = kind.reasons[index];
      if (reason !== undefined) await giveReason(staff, draftId, reason);
    },
    confirm: (input) => confirm(deps, kindOf, input),
  };
}

type KindOf = (staff: Staff, name: string) => AnyDraftKind;

async function confirm(
  deps: DraftsDeps,
  kindOf: KindOf,
  input: { staff: Staff; draftId: string; seal: string; typed: string | null; updateId: number },
): Promise<Confirmed> {
  const { draftId, updateId } = input;
  const done = await inTransaction(deps.db, async (tx) => {
    const row = await lockDraft(tx, draftId, input.staff.telegramId);
    if (!row) throw new DeskRefusal("draft_gone");
    const { back } = row;
    if (row.usedAt !== null) return { note: row.outcome ?? "", back, isRepeated: true, afterCommit: null };
    const at = deps.clock.now();
    if (row.expiresAt <= at) throw new DeskRefusal("draft_old");
    const kind = kindOf(input.staff, row.kind);
    // Read again, and held: the role may have been taken away since the tap came in.
    const staff = await deps.staff.require(tx, input.staff.telegramId, kind.right);
    await checkSeal(tx, kind, row, { ...input, staff });
    const reason = row.reason ?? "";
    const applied = await kind.apply(tx, { draftId, staff, content: row.content, reason, updateId, at });
    await setDraftUsed(tx, draftId, applied.note, at);
    return { note: applied.note, back, isRepeated: false, afterCommit: applied.afterCommit ?? null };
  });
  deps.onMessages();
  const { note, back, isRepeated, afterCommit } = done;
  if (afterCommit === null) return { note, back, isRepeated };
  const told = await afterCommit();
  await setDraftUsed(deps.db, draftId, told, deps.clock.now());
  deps.onMessages();
  return { note: told, back, isRepeated };
}

/** What is confirmed has to be what was shown. */
async function checkSeal(
  db: Executor,
  kind: AnyDraftKind,
  row: DraftRow,
  { staff, seal, typed }: { staff: Staff; seal: string; typed: string | null },
): Promise<void> {
  if (row.reason === null && kind.reasons.length > 0) throw new DeskRefusal("changed");
  const preview = await kind.preview(db, { staff, content: row.content });
  if (sealOf(preview, row.reason) !== seal) throw new DeskRefusal("changed");
  const { typeToConfirm } = preview;
  if (typeToConfirm !== undefined && typed?.trim() !== typeToConfirm)
    throw new DeskRefusal("type_to_confirm", { text: typeToConfirm });
}

function sealOf(preview: Preview, reason: string | null): string {
  return createHash("sha256")
    .update(JSON.stringify([preview.basis ?? preview, reason]))
    .digest("base64url")
    .slice(0, 8);
}
