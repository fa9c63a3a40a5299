import { DeskRefusal } from "../../core/desk-refusal.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { SETTING_KIND, type SettingView } from "../../desk/settings/settings.ts";
import { fact, stamp, title } from "../../texts/operator/cards.ts";
import { settingTexts as texts } from "../../texts/operator/settings.ts";
import { beginDraft } from "./draft-screen.ts";
import { lastRow, PAGE_SIZE, pageOf, pagerOf } from "./lists.ts";
import { act, at } from "./place.ts";
import type { DeskCard, Screen } from "./screen.ts";

const ID = "se";
const NAME = /^[A-Z_]+$/;

/** The settings that may be changed while the shop runs: what is in force, where it comes from, who set it. */
export function createSettingsScreen({
  settings,
  drafts,
}: Pick<DeskServices, "settings" | "drafts">): Screen {
  return {
    id: ID,
    right: "settings",
    entry: { label: texts.entry, order: 120 },
    show: async ({ args: [arg = ""] }) =>
      NAME.test(arg) ? cardOf(await settings.find(arg)) : listOf(await settings.list(), pageOf(arg)),
    actions: {
      c: {
        right: "settings",
        takes: "tap",
        async run({ args: [arg] }) {
          const { name, value } = await settings.find(nameOf(arg));
          return {
            kind: "ask",
            prompt: texts.prompt(name, value),
            to: act(ID, "v", name),
            back: at(ID, name),
          };
        },
      },
      v: {
        right: "settings",
        takes: "text",
        async run({ staff, args: [arg], typed }) {
          const { name } = await settings.find(nameOf(arg));
          const value = (typed?.text ?? "").trim();
          const problem = value === "" ? "must be text" : settings.problemWith(name, value);
          if (problem !== undefined) return { kind: "again", why: texts.again(problem) };
          const content = { name, value };
          return await beginDraft(drafts, { staff, kind: SETTING_KIND, content, back: at(ID, name) });
        },
      },
      r: {
        right: "settings",
        takes: "tap",
        async run({ staff, args: [arg] }) {
          const { name } = await settings.find(nameOf(arg));
          const content = { name, value: null };
          return await beginDraft(drafts, { staff, kind: SETTING_KIND, content, back: at(ID, name) });
        },
      },
    },
  };
}

function nameOf(arg: string | undefined): string {
  if (arg === undefined) throw new DeskRefusal("not_found");
  return arg;
}

function listOf(all: readonly SettingView[], page: number): DeskCard {
  const shown = all.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  return {
    html: [title(texts.entry), texts.intro].join("\n"),
    rows: [
      ...shown.map(({ name, value, origin }) => [
        { label: `${texts.label(name)}: ${texts.value(name, value)} · ${origin}`, to: at(ID, name) },
      ]),
      ...pagerOf(page, all.length - page * PAGE_SIZE, (other) => at(ID, other)),
      ...lastRow(),
    ],
  };
}

function cardOf({ name, value, origin, inEnvironment, standard, changed }: SettingView): DeskCard {
  return {
    html: [
      title(texts.label(name)),
      texts.help(name),
      "",
      fact("In force", `${texts.value(name, value)} (${origin})`),
      ...(changed ? [fact("Set at the desk", `${stamp(changed.at)} by ${changed.by}`)] : []),
      fact("Environment", `${name} ${inEnvironment === null ? "not set" : texts.value(name, inEnvironment)}`),
      fact("Default", texts.value(name, standard)),
    ].join("\n"),
    rows: [
      [
        { label: texts.change, to: act(ID, "c", name) },
        ...(origin === "desk" ? [{ label: texts.reset, to: act(ID, "r", name) }] : []),
      ],
      ...lastRow(at(ID)),
    ],
  };
}
