import { z } from "zod";
import { isComplete } from "../../core/broadcasts.ts";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf } from "../../core/staff.ts";
import { createZone } from "../../core/zone.ts";
import type { Executor } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { withdrawQueued } from "../../db/queries/broadcast-recipients.ts";
import * as queries from "../../db/queries/broadcasts.ts";
import { type AnyDraftKind, type Applied, type Applying, draftKind } from "../drafts/draft-kind.ts";
import { audienceFacts, contentFacts } from "./broadcasts.ts";
import { BROADCAST_PER_SECOND } from "./feed.ts";

export interface BroadcastKindDeps {
  readonly clock: Clock;
  readonly shopZone: () => string;
}

export const broadcastKindNames = {
  start: "broadcast.start",
  stop: "broadcast.stop",
  remove: "broadcast.remove",
} as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** People sleep: who writes to thousands then is asked whether they mean it. */
const NIGHT = { fromMs: 22 * HOUR_MS, toMs: 8 * HOUR_MS };

const idSchema = z.object({ broadcastId: z.guid() });
/** `count`: how many it was for when the operator looked at it; what they type. */
const startSchema = idSchema.extend({ version: z.int(), count: z.int().min(0) });

export function broadcastKinds(deps: BroadcastKindDeps): readonly AnyDraftKind[] {
  return [startKind(deps), stopKind(), removeKind()];
}

async function find(db: Executor, id: string): Promise<queries.BroadcastRow> {
  const row = await queries.selectBroadcast(db, id);
  if (!row) throw new DeskRefusal("not_found");
  return row;
}

function startKind({ clock, shopZone }: BroadcastKindDeps): AnyDraftKind {
  return draftKind({
    name: broadcastKindNames.start,
    title: "Send the broadcast",
    right: "broadcast",
    content: startSchema,
    reasons: [],
    async preview(db, { content: { broadcastId, version, count } }) {
      const row = await find(db, broadcastId);
      if (row.state !== "draft" || row.version !== version) throw new DeskRefusal("changed");
      if (count === 0) throw new DeskRefusal("wrong_state", { state: "it is for nobody" });
      if (!isComplete(row.content, row.audience))
        throw new DeskRefusal("wrong_state", { state: "not every reader has a text" });
      const minutes = minutesFor(count);
      return {
        facts: [
          { label: "People", after: String(count) },
          { label: "Texts", after: Object.keys(row.content.texts).join(", ") },
          { label: "Takes about", after: `${minutes} min` },
        ],
        warnings: await warningsOf(db, broadcastId, clock.now(), shopZone()),
        // What the rest says may change by itself while it is read.
        basis: `${broadcastId} ${version} ${count}`,
        typeToConfirm: String(count),
      };
    },
    async apply(tx, { content: { broadcastId: id, version, count }, staff, updateId, at }) {
      const row = await find(tx, id);
      const by = staff.telegramId;
      if (!(await queries.startBroadcast(tx, { id, version, by, at }))) throw new DeskRefusal("changed");
      await writeAudit(tx, {
        actor: actorOf(by),
        action: "broadcast started",
        subjectKind: "broadcast",
        subject: id,
        before: { state: "draft" },
        after: {
          state: "running",
          people: count,
          ...contentFacts(row.content),
          ...audienceFacts(row.audience),
        },
        updateId,
        at,
      });
      return { note: `Started: ${count} people.` };
    },
  });
}

async function warningsOf(db: Executor, id: string, now: Date, zoneName: string): Promise<string[]> {
  const warnings: string[] = [];
  const time = createZone(zoneName).timeOf(now);
  if (time >= NIGHT.fromMs || time < NIGHT.toMs)
    warnings.push(`It is night in the shop's zone (${zoneName}).`);
  const lastStart = await queries.selectLastStart(db, id);
  if (lastStart && now.getTime() - lastStart.getTime() < DAY_MS)
    warnings.push(
      "Another broadcast was started within a day. Who gets many turns them off, or blocks the bot.",
    );
  const running = (await queries.selectBroadcastsUnderWay(db)).filter(({ state }) => state !== "paused");
  if (running.length > 0) warnings.push("Another broadcast runs: this one begins when it has ended.");
  return warnings;
}

function stopKind(): AnyDraftKind {
  return draftKind({
    name: broadcastKindNames.stop,
    title: "Stop the broadcast",
    right: "broadcast",
    content: idSchema,
    reasons: [],
    async preview(db, { content: { broadcastId } }) {
      const row = await find(db, broadcastId);
      if (row.state !== "running" && row.state !== "paused")
        throw new DeskRefusal("wrong_state", { state: row.state });
      return {
        facts: [{ label: "Sent", after: `${row.sent} of ${row.planned}` }],
        warnings: ["The others will not get it. It cannot be resumed."],
        basis: broadcastId,
      };
    },
    apply: (tx, applying) => halt(tx, applying, "stopped"),
  });
}

function removeKind(): AnyDraftKind {
  return draftKind({
    name: broadcastKindNames.remove,
    title: "Delete what was sent",
    right: "broadcast",
    content: idSchema,
    reasons: [],
    async preview(db, { content: { broadcastId } }) {
      const row = await find(db, broadcastId);
      if (!isRemovable(row)) throw new DeskRefusal("wrong_state", { state: row.state });
      return {
        facts: [{ label: "Messages", after: String(row.sent) }],
        warnings: [
          "It is stopped, and the messages go from the chats. Telegram deletes what is less than 48 hours old; the rest stays.",
        ],
        basis: broadcastId,
      };
    },
    apply: (tx, applying) => halt(tx, applying, "deleting"),
  });
}

/** How long so many take, in minutes. */
export function minutesFor(people: number): number {
  return Math.ceil(people / BROADCAST_PER_SECOND / 60);
}

/** Whether there may be messages that can be taken back. */
export function isRemovable({ state }: Pick<queries.BroadcastRow, "state">): boolean {
  return state === "running" || state === "paused" || state === "stopped" || state === "done";
}

async function halt(
  tx: Parameters<typeof withdrawQueued>[0],
  { content: { broadcastId: id }, staff, updateId, at }: Applying<z.infer<typeof idSchema>>,
  to: "stopped" | "deleting",
): Promise<Applied> {
  const from = ["running", "paused"] as const;
  const before = await queries.moveBroadcast(tx, id, {
    from: to === "stopped" ? from : [...from, "stopped", "done"],
    to,
    endedAt: to === "stopped" ? at : null,
  });
  if (!before) throw new DeskRefusal("changed");
  await withdrawQueued(tx, id, "skipped");
  await writeAudit(tx, {
    actor: actorOf(staff.telegramId),
    action: to === "stopped" ? "broadcast stopped" : "broadcast deleted",
    subjectKind: "broadcast",
    subject: id,
    before: { state: before.state, planned: before.planned, sent: before.sent },
    after: { state: to },
    updateId,
    at,
  });
  return { note: to === "stopped" ? "Stopped." : "The messages are being deleted." };
}
