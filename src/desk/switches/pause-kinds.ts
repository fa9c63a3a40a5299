import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { newId } from "../../core/ids.ts";
import { actorOf } from "../../core/staff.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import * as queries from "../../db/queries/switches.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { untilAfter } from "./until-after.ts";

export interface PauseKindDeps {
  readonly clock: Clock;
  /** Told of every pause and its end. */
  readonly ownerIds: readonly number[];
  readonly onPaused: () => Promise<void>;
}

const MAX_HOURS = 24 * 31;
/** Fits an answer to a payment and a toast. */
export const MAX_WORDS = 200;

/** Buyers' texts are HTML in messages and plain in toasts, so the operator's own words have no marks at all. */
export const wordsSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_WORDS)
  .regex(/^[^<>&]*$/);

const kindsSchema = z.array(z.enum(queries.pauseKinds)).min(1).max(2);
const pauseSchema = z.object({
  kinds: kindsSchema,
  hours: z.number().int().min(1).max(MAX_HOURS).nullable(),
});
const resumeSchema = z.object({ kinds: kindsSchema });
const wordsChangeSchema = z.object({
  kind: z.enum(queries.pauseKinds),
  language: z.string().regex(/^[a-z]{2}$/),
  words: wordsSchema.nullable(),
});

/** Whoever is on duty may pause; an owner resumes. Codes, cancels, refunds, receipts and credits go on all the while. */
export function pauseKinds(deps: PauseKindDeps): readonly AnyDraftKind[] {
  return [pauseKind(deps), resumeKind(deps), wordsKind(deps)];
}

export const pauseKindNames = queries.pauseKinds;

export function nameOf(kind: queries.PauseKind): string {
  return { sales: "Sales", topups: "Top-ups", api: "API sales" }[kind];
}

function pauseKind({ clock, ownerIds, onPaused }: PauseKindDeps): AnyDraftKind {
  return draftKind({
    name: "pause.on",
    title: "Pause",
    right: "pause",
    content: pauseSchema,
    reasons: ["providers' trouble", "payments' trouble", "maintenance", "test"],
    async preview(db, { content: { kinds, hours } }) {
      const paused = await queries.selectPauses(db, clock.now());
      const open = kinds.filter((kind) => !paused.some((row) => row.kind === kind && row.offBy !== "system"));
      if (open.length === 0) throw new DeskRefusal("already_off");
      const after = hours === null ? "paused until an owner resumes" : `paused for ${hours} h`;
      return {
        facts: open.map((kind) => ({ label: nameOf(kind), before: "on", after })),
        warnings: ["Codes, cancels, refunds, receipts and credits go on."],
      };
    },
    async apply(tx, { staff, content: { kinds, hours }, reason, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      const until = untilAfter(hours, at);
      for (const kind of kinds) {
        await queries.closeRunOutPause(tx, kind, at);
        // A pause by hand takes the place of one by itself, which would end by itself.
        const isAutomatic = (await queries.selectPauses(tx, at)).some(
          (row) => row.kind === kind && row.offBy === "system",
        );
        if (isAutomatic) await queries.endPause(tx, kind, { actor, at });
        const id = newId();
        if (!(await queries.insertPause(tx, { id, kind, reason, words: {}, offAt: at, offBy: actor, until })))
          continue;
        await writeAudit(tx, {
          actor,
          action: `${kind} paused`,
          subjectKind: "switch",
          subject: kind,
          before: { isPaused: isAutomatic },
          after: { isPaused: true, until: until?.toISOString() ?? null },
          reason,
          updateId,
          at,
        });
        const params = { what: nameOf(kind), who: actor, why: reason };
        const message = { kind: "operator_notice" as const, notice: "paused", params };
        await enqueueToAll(tx, ownerIds, { message, subject: `paused:${id}`, at });
      }
      const note = `${kinds.map(nameOf).join(" and ")}: paused.`;
      return { note, afterCommit: () => onPaused().then(() => note) };
    },
  });
}

function resumeKind({ clock, ownerIds, onPaused }: PauseKindDeps): AnyDraftKind {
  return draftKind({
    name: "pause.off",
    title: "Resume",
    right: "resume",
    content: resumeSchema,
    reasons: [],
    async preview(db, { content: { kinds } }) {
      const paused = (await queries.selectPauses(db, clock.now())).filter(({ kind }) => kinds.includes(kind));
      if (paused.length === 0) throw new DeskRefusal("already_on");
      return {
        facts: paused.map(({ kind, reason }) => ({
          label: nameOf(kind),
          before: `paused (${reason})`,
          after: "on",
        })),
      };
    },
    async apply(tx, { staff, content: { kinds }, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      for (const kind of kinds) {
        const row = await queries.endPause(tx, kind, { actor, at });
        if (!row) continue;
        await writeAudit(tx, {
          actor,
          action: `${kind} resumed`,
          subjectKind: "switch",
          subject: kind,
          before: { isPaused: true, until: row.until?.toISOString() ?? null },
          after: { isPaused: false },
          updateId,
          at,
        });
        const message = {
          kind: "operator_notice" as const,
          notice: "resumed",
          params: { what: nameOf(kind), who: actor },
        };
        await enqueueToAll(tx, ownerIds, { message, subject: `resumed:${row.id}`, at });
      }
      const note = `${kinds.map(nameOf).join(" and ")}: on again.`;
      return { note, afterCommit: () => onPaused().then(() => note) };
    },
  });
}

/** The operator's own words for buyers in one language; null: the standard sentence again. */
function wordsKind({ clock, onPaused }: PauseKindDeps): AnyDraftKind {
  return draftKind({
    name: "pause.words",
    title: "Words for buyers",
    right: "pause",
    content: wordsChangeSchema,
    reasons: [],
    async preview(db, { content: { kind, language, words } }) {
      const row = (await queries.selectPauses(db, clock.now())).find((pause) => pause.kind === kind);
      if (!row) throw new DeskRefusal("already_on");
      const before = row.words[language] ?? "the standard sentence";
      return {
        facts: [{ label: `${nameOf(kind)}, ${language}`, before, after: words ?? "the standard sentence" }],
      };
    },
    async apply(tx, { staff, content: { kind, language, words }, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      const row = await queries.endPause(tx, kind, { actor, at });
      if (!row) throw new DeskRefusal("already_on");
      const { [language]: _old, ...others } = row.words;
      const now = words === null ? others : { ...others, [language]: words };
      await queries.insertPause(tx, { ...row, id: newId(), words: now, offAt: at });
      await writeAudit(tx, {
        actor,
        action: "words of a pause changed",
        subjectKind: "switch",
        subject: kind,
        before: { [language]: row.words[language] ?? null },
        after: { [language]: words },
        updateId,
        at,
      });
      return { note: "Saved.", afterCommit: () => onPaused().then(() => "Saved.") };
    },
  });
}
