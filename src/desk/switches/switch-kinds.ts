import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { isSameScope, type Scope, scopeName } from "../../core/scope.ts";
import { actorOf } from "../../core/staff.ts";
import type { Executor } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import * as queries from "../../db/queries/switches.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { type Naming, nameScope, scopeSchema } from "../scope-names.ts";
import { untilAfter } from "./until-after.ts";

export interface SwitchKindDeps {
  readonly clock: Clock;
  readonly catalog: Naming;
}

const MAX_HOURS = 24 * 366;

const offSchema = z.object({
  scope: scopeSchema,
  /** On sale again by itself after so many hours; null: until somebody switches it on. */
  hours: z.number().int().min(1).max(MAX_HOURS).nullable(),
});
const onSchema = z.object({ switchId: z.uuid() });
const endSchema = z.object({ switchId: z.uuid(), hours: z.number().int().min(1).max(MAX_HOURS).nullable() });

const reasons = ["never delivers", "complaints", "law", "provider's trouble", "test"];

/** Taking something off sale and putting it on again. What is on the legal blocklist has no switch: the environment decides. */
export function switchKinds(deps: SwitchKindDeps): readonly AnyDraftKind[] {
  return [offKind(deps), onKind(deps), endKind(deps)];
}

function offKind({ clock, catalog }: SwitchKindDeps): AnyDraftKind {
  return draftKind({
    name: "switch.off",
    title: "Take off sale",
    right: "switches",
    content: offSchema,
    reasons,
    async preview(db, { content: { scope, hours } }) {
      const before = await switchOf(db, scope, clock.now());
      if (before) throw new DeskRefusal("already_off");
      const label = await nameScope(catalog, scope);
      const after = hours === null ? "off until switched on" : `off for ${hours} h`;
      return {
        facts: [{ label, before: "on sale", after }],
        warnings: ["Open orders go on. What buyers were offered before cannot be bought any more."],
      };
    },
    async apply(tx, { draftId, staff, content: { scope, hours }, reason, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      const until = untilAfter(hours, at);
      await queries.closeRunOutSwitch(tx, scope, at);
      const row = { ...scope, id: draftId, reason, offAt: at, offBy: actor, until };
      if (!(await queries.insertSwitch(tx, row))) throw new DeskRefusal("already_off");
      await writeAudit(tx, {
        actor,
        action: "taken off sale",
        subjectKind: "switch",
        subject: scopeName(scope),
        before: { isOff: false },
        after: { isOff: true, until: until?.toISOString() ?? null },
        reason,
        updateId,
        at,
      });
      return { note: `${await nameScope(catalog, scope)} is off sale.` };
    },
  });
}

function onKind({ clock, catalog }: SwitchKindDeps): AnyDraftKind {
  return draftKind({
    name: "switch.on",
    title: "Put on sale again",
    right: "switches",
    content: onSchema,
    reasons: [],
    async preview(db, { content }) {
      const row = await byId(db, content.switchId, clock.now());
      const label = await nameScope(catalog, row);
      return { facts: [{ label, before: `off (${row.reason})`, after: "on sale" }] };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      const row = await queries.endSwitch(tx, content.switchId, { actor, at });
      if (!row) throw new DeskRefusal("already_on");
      await writeAudit(tx, {
        actor,
        action: "put on sale",
        subjectKind: "switch",
        subject: scopeName(row),
        before: { isOff: true, until: row.until?.toISOString() ?? null },
        after: { isOff: false },
        updateId,
        at,
      });
      return { note: `${await nameScope(catalog, row)} is on sale again.` };
    },
  });
}

/** Another end of something that is off: the old row is ended, and a new one begins. */
function endKind({ clock, catalog }: SwitchKindDeps): AnyDraftKind {
  return draftKind({
    name: "switch.end",
    title: "Change when it ends",
    right: "switches",
    content: endSchema,
    reasons: [],
    async preview(db, { content: { switchId, hours } }) {
      const row = await byId(db, switchId, clock.now());
      const label = await nameScope(catalog, row);
      const before = row.until === null ? "off until switched on" : `off until ${row.until.toISOString()}`;
      return {
        facts: [{ label, before, after: hours === null ? "off until switched on" : `off for ${hours} h` }],
      };
    },
    async apply(tx, { draftId, staff, content: { switchId, hours }, updateId, at }) {
      const actor = actorOf(staff.telegramId);
      const row = await queries.endSwitch(tx, switchId, { actor, at });
      if (!row) throw new DeskRefusal("already_on");
      const until = untilAfter(hours, at);
      await queries.insertSwitch(tx, { ...row, id: draftId, offAt: at, offBy: actor, until });
      await writeAudit(tx, {
        actor,
        action: "end of being off sale changed",
        subjectKind: "switch",
        subject: scopeName(row),
        before: { until: row.until?.toISOString() ?? null },
        after: { until: until?.toISOString() ?? null },
        updateId,
        at,
      });
      return { note: `${await nameScope(catalog, row)}: changed.` };
    },
  });
}

async function switchOf(db: Executor, scope: Scope, at: Date): Promise<queries.SwitchRow | undefined> {
  return (await queries.selectSwitches(db, at)).find((row) => isSameScope(row, scope));
}

async function byId(db: Executor, id: string, at: Date): Promise<queries.SwitchRow> {
  const row = (await queries.selectSwitches(db, at)).find((one) => one.id === id);
  if (!row) throw new DeskRefusal("already_on");
  return row;
}
