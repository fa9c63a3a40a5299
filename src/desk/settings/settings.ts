import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf } from "../../core/staff.ts";
import type { Database, Executor } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import {
  type DeskSettingRow,
  deleteDeskSetting,
  moveDeskSettingsVersion,
  selectDeskSettings,
  writeDeskSetting,
} from "../../db/queries/desk-settings.ts";
import { type AnyDraftKind, draftKind, type Fact } from "../drafts/draft-kind.ts";

/** The settings that the desk may change, by their environment variables; made by the shop. Values as they are typed. */
export interface SettingsBook {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** What a value has to be, if this is none; undefined: it is one. */
  problemWith(name: string, text: string): string | undefined;
  /** Null: not set there. */
  inEnvironment(name: string): string | null;
  /** What applies where nobody says anything; null: nothing. */
  standard(name: string): string | null;
}

export type SettingOrigin = "default" | "environment" | "desk";

export interface SettingView {
  readonly name: string;
  /** As it is typed; null: nothing is set. */
  readonly value: string | null;
  readonly origin: SettingOrigin;
  readonly inEnvironment: string | null;
  readonly standard: string | null;
  /** Who set it at the desk, and when; null where the desk says nothing. */
  readonly changed: { readonly by: number; readonly at: Date } | null;
}

export interface SettingsDeps {
  readonly db: Database;
  readonly settingsBook: SettingsBook;
  /** Makes this process take a change over at once; the others see it within seconds. */
  readonly refreshSettings: () => Promise<void>;
}

export interface Settings {
  /** As they are stored now, in the order of the book. */
  list(): Promise<readonly SettingView[]>;
  /** Throws DeskRefusal "not_found". */
  find(name: string): Promise<SettingView>;
  problemWith(name: string, text: string): string | undefined;
}

export function createSettings({ db, settingsBook: book }: SettingsDeps): Settings {
  return {
    async list() {
      const rows = await selectDeskSettings(db);
      return book.names.map((name) => viewOf(book, name, rows));
    },
    find: (name) => findSetting(db, book, name),
    problemWith: book.problemWith,
  };
}

async function findSetting(db: Executor, book: SettingsBook, name: string): Promise<SettingView> {
  if (!book.has(name)) throw new DeskRefusal("not_found");
  return viewOf(book, name, await selectDeskSettings(db));
}

/** A stored value that this version does not take counts as none, as it does for the shop. */
function viewOf(book: SettingsBook, name: string, rows: readonly DeskSettingRow[]): SettingView {
  const row = rows.find((each) => each.name === name && book.problemWith(name, each.value) === undefined);
  return {
    ...inForce(book, name, row?.value ?? null),
    changed: row ? { by: row.changedBy, at: row.changedAt } : null,
  };
}

function inForce(book: SettingsBook, name: string, atDesk: string | null): Omit<SettingView, "changed"> {
  const inEnvironment = book.inEnvironment(name);
  const standard = book.standard(name);
  const origin = atDesk !== null ? "desk" : inEnvironment !== null ? "environment" : "default";
  return { name, value: atDesk ?? inEnvironment ?? standard, origin, inEnvironment, standard };
}

export const SETTING_KIND = "setting";

/** `value` null: what the desk said is taken back, and the environment or the default applies again. */
const content = z.object({ name: z.string(), value: z.string().nullable() });

/** Sets a setting at the desk, or takes that back. */
export function settingKind({
  settingsBook: book,
  refreshSettings,
  effectsOf,
}: SettingsDeps & {
  /** What else a value would mean: further lines of the preview. */
  readonly effectsOf: (name: string, value: string | null) => Promise<readonly Fact[]>;
}): AnyDraftKind {
  const changeOf = async (
    db: Executor,
    { name, value }: z.output<typeof content>,
  ): Promise<{ before: SettingView; after: Omit<SettingView, "changed"> }> => {
    const before = await findSetting(db, book, name);
    const problem = value === null ? undefined : book.problemWith(name, value);
    if (problem !== undefined) throw new DeskRefusal("wrong_state", { state: `${name} ${problem}` });
    if (value === null && before.origin !== "desk") throw new DeskRefusal("already_done");
    return { before, after: inForce(book, name, value) };
  };
  return draftKind({
    name: SETTING_KIND,
    title: "Change a setting",
    right: "settings",
    content,
    reasons: [],
    async preview(db, draft) {
      const { before, after } = await changeOf(db, draft.content);
      const change = { label: before.name, before: textOf(before), after: textOf(after) };
      return {
        facts: [change, ...(await effectsOf(before.name, after.value))],
        warnings: warnings[before.name] ?? [],
        // What follows from it moves by itself.
        basis: JSON.stringify(change),
      };
    },
    async apply(tx, { staff, content: wanted, updateId, at }) {
      await moveDeskSettingsVersion(tx);
      const { before, after } = await changeOf(tx, wanted);
      const { name, value } = wanted;
      if (value === null) await deleteDeskSetting(tx, name);
      else await writeDeskSetting(tx, { name, value, changedBy: staff.telegramId, changedAt: at });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: value === null ? "setting reset" : "setting changed",
        subjectKind: "setting",
        subject: name,
        before: { value: before.value, origin: before.origin },
        after: { value: after.value, origin: after.origin },
        updateId,
        at,
      });
      const note = `${name} is ${textOf(after)} now; every process of the shop sees it within 10 seconds.`;
      return {
        note,
        async afterCommit() {
          await refreshSettings();
          return note;
        },
      };
    },
  });
}

/** What is easily overlooked. */
const warnings: Readonly<Record<string, readonly string[]>> = {
  MARKUP_PERCENT: ["Applies where no price rule does. Quotes that are open keep their price."],
  MIN_PROFIT_USD: ["Applies where no price rule does. Quotes that are open keep their price."],
  PRICE_STEP: ["Quotes that are open keep their price."],
  STAR_VALUE_USD: ["Invoices that are open keep the value that they were made with."],
  SMS_RETENTION_HOURS: ["SMS that are older are deleted within ten minutes, and do not come back."],
};

function textOf({ value, origin }: Pick<SettingView, "value" | "origin">): string {
  return `${value ?? "not set"} (${origin})`;
}
