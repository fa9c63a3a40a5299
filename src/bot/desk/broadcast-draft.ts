import { ANY_LANGUAGE, type BroadcastContent, buttonUrl, segments } from "../../core/broadcasts.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import type { Right } from "../../core/staff.ts";
import type { Broadcasts } from "../../desk/broadcast/broadcasts.ts";
import { languages } from "../../texts/index.ts";
import { broadcastTexts as texts } from "../../texts/operator/broadcast.ts";
import { fact, title } from "../../texts/operator/cards.ts";
import { idArg, lastRow } from "./lists.ts";
import { act, at } from "./place.ts";
import { type Action, type Deed, type DeskButton, type DeskCard, go, type Outcome } from "./screen.ts";

export const ID = "bc";
const MAX_TEXT = 4096;
const MAX_LABEL = 64;
const COLUMNS = 2;
const RIGHT = "draftBroadcast";

type Row = Awaited<ReturnType<Broadcasts["find"]>>;

/** The texts of a draft, by language. */
export function textsCard({ id, content }: Row): DeskCard {
  const short = shortenId(id);
  const button = (language: string, name: string): DeskButton => ({
    label: `${content.texts[language] === undefined ? "+" : "✏️"} ${name}`,
    to: act(ID, "t", short, language),
  });
  const own = languages.map(({ language, name }) => button(language, name));
  const removable = Object.keys(content.texts).map((language): DeskButton[] => [
    { label: `${texts.removeText}: ${nameOf(language)}`, to: act(ID, "tx", short, language) },
  ]);
  return {
    html: [title(texts.texts), texts.whichText].join("\n"),
    rows: [
      [button(ANY_LANGUAGE, texts.anyLanguage)],
      ...inColumns(own),
      ...removable,
      ...lastRow(at(ID, "v", short)),
    ],
  };
}

/** Whom it is for, with how many that are now. */
export async function audienceCard(broadcasts: Broadcasts, { id, audience }: Row): Promise<DeskCard> {
  const short = shortenId(id);
  const tick = (isChosen: boolean, label: string): string => (isChosen ? `✓ ${label}` : label);
  const who = segments.map((segment): DeskButton[] => [
    { label: tick(audience.segment === segment, texts.segment(segment)), to: act(ID, "w", short, segment) },
  ]);
  const reads = [null, ...languages.map(({ language }) => language)].map(
    (language): DeskButton => ({
      label: tick(audience.language === language, texts.language(language)),
      to: act(ID, "r", short, language ?? ANY_LANGUAGE),
    }),
  );
  return {
    html: [
      title(texts.audience),
      fact(
        `${texts.segment(audience.segment)}, ${texts.language(audience.language)}`,
        `${await broadcasts.count(audience)} people now`,
      ),
      texts.whoPrompt,
    ].join("\n"),
    rows: [...who, ...inColumns(reads), ...lastRow(at(ID, "v", short))],
  };
}

function inColumns(buttons: readonly DeskButton[]): DeskButton[][] {
  const rows: DeskButton[][] = [];
  for (let start = 0; start < buttons.length; start += COLUMNS)
    rows.push(buttons.slice(start, start + COLUMNS));
  return rows;
}

function nameOf(language: string): string {
  return languages.find((known) => known.language === language)?.name ?? texts.anyLanguage;
}

/** A language of the shop, or that of everybody else. */
function languageOf(arg: string | undefined): string {
  return languages.find(({ language }) => language === arg)?.language ?? ANY_LANGUAGE;
}

export type Run = (deed: Deed, id: string) => Promise<Outcome>;

/** An action on the broadcast that its first argument names. */
export function action(right: Right, takes: Action["takes"], run: Run): Action {
  return {
    right,
    takes,
    async run(deed) {
      const id = idArg(deed.args[0]);
      if (id === undefined) throw new DeskRefusal("not_found");
      return await run(deed, id);
    },
  };
}

/** Everything that is done to a draft, besides sending it. */
export function draftActions(broadcasts: Broadcasts): Readonly<Record<string, Action>> {
  return { ...textActions(broadcasts), ...frameActions(broadcasts), ...audienceActions(broadcasts) };
}

/** Changes the content, if Telegram takes it. What was typed can be typed again. */
async function edit(
  broadcasts: Broadcasts,
  { staff, updateId, typed }: Deed,
  id: string,
  change: (content: BroadcastContent) => BroadcastContent,
): Promise<Outcome> {
  const shown = await broadcasts.edit({ staff, id, updateId, change });
  const back = at(ID, "v", shortenId(id));
  if (shown.kind === "shown") return go(back, texts.saved);
  const why = shown.kind === "refused" ? texts.refused(shown.why) : texts.away;
  return typed === null ? go(back, why) : { kind: "again", why };
}

function textActions(broadcasts: Broadcasts): Readonly<Record<string, Action>> {
  return {
    t: action(RIGHT, "tap", async ({ args }, id) => {
      const language = languageOf(args[1]);
      return {
        kind: "ask",
        prompt: texts.textPrompt(nameOf(language)),
        to: act(ID, "T", shortenId(id), language),
        back: at(ID, "l", shortenId(id)),
      };
    }),
    T: action(RIGHT, "text", async (deed, id) => {
      const html = deed.typed?.text.trim() ?? "";
      if (html === "" || html.length > MAX_TEXT) return { kind: "again", why: texts.textEmpty };
      const language = languageOf(deed.args[1]);
      return await edit(broadcasts, deed, id, (content) => ({
        ...content,
        texts: { ...content.texts, [language]: html },
      }));
    }),
    tx: action(RIGHT, "tap", async (deed, id) => {
      const language = languageOf(deed.args[1]);
      return await edit(broadcasts, deed, id, (content) => {
        const { [language]: _removed, ...others } = content.texts;
        return { ...content, texts: others };
      });
    }),
    e: action(RIGHT, "tap", async ({ staff, updateId }, id) => {
      const shown = await broadcasts.show({ staff, id, updateId });
      const back = at(ID, "v", shortenId(id));
      if (shown.kind === "shown") return go(back, texts.previewed);
      return go(back, shown.kind === "refused" ? texts.refused(shown.why) : texts.away);
    }),
  };
}

function frameActions(broadcasts: Broadcasts): Readonly<Record<string, Action>> {
  const ask = (prompt: string, to: string): Action =>
    action(RIGHT, "tap", async (_deed, id) => ({
      kind: "ask",
      prompt,
      to: act(ID, to, shortenId(id)),
      back: at(ID, "v", shortenId(id)),
    }));
  return {
    p: ask(texts.photoPrompt, "P"),
    P: action(RIGHT, "text", async (deed, id) => {
      const photoFileId = deed.typed?.photoFileId ?? null;
      if (photoFileId === null) return { kind: "again", why: texts.photoWrong };
      return await edit(broadcasts, deed, id, (content) => ({ ...content, photoFileId }));
    }),
    px: action(RIGHT, "tap", (deed, id) =>
      edit(broadcasts, deed, id, (content) => ({ ...content, photoFileId: null })),
    ),
    b: ask(texts.buttonPrompt, "B"),
    B: action(RIGHT, "text", async (deed, id) => {
      const button = buttonIn(deed.typed?.text ?? "", deed.botName);
      if (button === undefined) return { kind: "again", why: texts.buttonWrong };
      return await edit(broadcasts, deed, id, (content) => ({ ...content, button }));
    }),
    bx: action(RIGHT, "tap", (deed, id) =>
      edit(broadcasts, deed, id, (content) => ({ ...content, button: null })),
    ),
  };
}

function buttonIn(typed: string, botName: string): { label: string; url: string } | undefined {
  const [label = "", address = "", ...rest] = typed
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const url = buttonUrl(address, botName);
  const isGood = label !== "" && label.length <= MAX_LABEL && rest.length === 0 && url !== undefined;
  return isGood ? { label, url } : undefined;
}

function audienceActions(broadcasts: Broadcasts): Readonly<Record<string, Action>> {
  return {
    n: {
      right: RIGHT,
      takes: "tap",
      async run({ staff, updateId }) {
        const id = await broadcasts.create({ staff, updateId });
        return go(at(ID, "v", shortenId(id)));
      },
    },
    w: action(RIGHT, "tap", async ({ staff, updateId, args }, id) => {
      const segment = segments.find((known) => known === args[1]);
      if (segment) {
        const change = (audience: Row["audience"]) => ({ ...audience, segment });
        await broadcasts.setAudience({ staff, id, updateId, change });
      }
      return go(at(ID, "w", shortenId(id)));
    }),
    r: action(RIGHT, "tap", async ({ staff, updateId, args }, id) => {
      const language = languageOf(args[1]);
      const chosen = language === ANY_LANGUAGE ? null : language;
      const change = (audience: Row["audience"]) => ({ ...audience, language: chosen });
      await broadcasts.setAudience({ staff, id, updateId, change });
      return go(at(ID, "w", shortenId(id)));
    }),
    dx: action(RIGHT, "tap", async ({ staff, updateId }, id) => {
      await broadcasts.discard({ staff, id, updateId });
      return go(at(ID), texts.discarded);
    }),
  };
}
