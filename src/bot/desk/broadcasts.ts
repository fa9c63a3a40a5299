import { isComplete } from "../../core/broadcasts.ts";
import { shortenId } from "../../core/ids.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import { broadcastKindNames, isRemovable, minutesFor } from "../../desk/broadcast/broadcast-kinds.ts";
import type { Broadcasts } from "../../desk/broadcast/broadcasts.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { broadcastTexts as texts } from "../../texts/operator/broadcast.ts";
import { fact, personOf, stamp, title } from "../../texts/operator/cards.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { action, audienceCard, draftActions, ID, type Run, textsCard } from "./broadcast-draft.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import { type Action, type DeskButton, type DeskCard, go, type Screen } from "./screen.ts";

type Row = Awaited<ReturnType<Broadcasts["find"]>>;
type Deps = Pick<DeskServices, "broadcasts" | "drafts">;

/** Writing to many: drafts, what runs, what was sent. */
export function createBroadcastScreen(deps: Deps): Screen {
  const { broadcasts } = deps;
  return {
    id: ID,
    right: "draftBroadcast",
    entry: { label: texts.entry, order: 90 },
    async headline() {
      const rows = await broadcasts.underWay();
      if (rows.length === 0) return null;
      return rows.map(({ state, sent, planned }) => texts.headline(state, sent, planned)).join("\n");
    },
    async show({ staff, args: [view, short] }) {
      const id = idArg(short);
      if (view === "v" && id !== undefined) return cardOf(staff, await broadcasts.find(id));
      if (view === "w" && id !== undefined) return await audienceCard(broadcasts, await broadcasts.find(id));
      if (view === "l" && id !== undefined) return textsCard(await broadcasts.find(id));
      return await listOf(broadcasts, pageOf(view));
    },
    actions: { ...draftActions(broadcasts), ...runActions(deps) },
  };
}

async function listOf(broadcasts: Broadcasts, page: number): Promise<DeskCard> {
  const rows = await broadcasts.list(rangeOf(page));
  const buttons = rows.slice(0, PAGE_SIZE).map((row): DeskButton[] => [
    {
      label: `${texts.state(row.state)} · ${stamp(row.startedAt ?? row.madeAt).slice(0, 16)} · ${row.state === "draft" ? texts.segment(row.audience.segment) : `${row.sent}/${row.planned}`}`,
      to: at(ID, "v", shortenId(row.id)),
    },
  ]);
  return {
    html: [title(texts.title), ...(rows.length === 0 ? [texts.none] : [])].join("\n"),
    rows: [
      [{ label: texts.add, to: act(ID, "n") }],
      ...buttons,
      ...pagerOf(page, rows.length, (to) => at(ID, to)),
      ...lastRow(),
    ],
  };
}

function cardOf(staff: Staff, row: Row): DeskCard {
  const { content, audience, state } = row;
  const languages = Object.keys(content.texts);
  const facts = [
    title(`${texts.state(state)} broadcast`),
    `By ${personOf(row.startedBy ?? row.madeBy)} · ${stamp(row.startedAt ?? row.madeAt)}`,
    fact("For", `${texts.segment(audience.segment)}, ${texts.language(audience.language)}`),
    fact("Texts", languages.join(", ") || "none"),
    fact("Picture", content.photoFileId === null ? "none" : "yes"),
    fact("Button", content.button === null ? "none" : `${content.button.label} → ${content.button.url}`),
  ];
  const short = shortenId(row.id);
  if (state === "draft") {
    const missing = isComplete(content, audience)
      ? []
      : [languages.length === 0 ? texts.noText : texts.noFallback];
    return { html: [...facts, ...missing].join("\n"), rows: draftRows(staff, row, short) };
  }
  return { html: [...facts, ...progressOf(row)].join("\n"), rows: runRows(staff, row, short) };
}

function progressOf(row: Row): string[] {
  const done = row.sent + row.blocked + row.failed + row.skipped;
  const isWriting = row.state === "running" || row.state === "paused";
  const left = Math.max(0, row.planned - done);
  return [
    fact("Planned", row.isPlanned ? row.planned : `${row.planned} and more: people are still being counted`),
    fact("Sent", row.sent),
    fact("Blocked the bot", row.blocked),
    fact("Failed", row.failed),
    fact("Skipped", row.skipped),
    ...(isWriting ? [fact("Left", `${left}, about ${minutesFor(left)} min`)] : []),
    ...(row.state === "deleting" || row.state === "deleted"
      ? [fact("Deleted", row.removed), fact("Could not be deleted", row.kept)]
      : []),
    ...(row.endedAt ? [fact("Ended", stamp(row.endedAt))] : []),
  ];
}

function draftRows(staff: Staff, { content, audience }: Row, short: string): DeskCard["rows"] {
  const mayStart = hasRight(staff.role, "broadcast") && isComplete(content, audience);
  const hasText = Object.keys(content.texts).length > 0;
  return [
    [
      { label: texts.texts, to: at(ID, "l", short) },
      { label: texts.audience, to: at(ID, "w", short) },
    ],
    [
      content.photoFileId === null
        ? { label: texts.photo, to: act(ID, "p", short) }
        : { label: texts.removePhoto, to: act(ID, "px", short) },
      content.button === null
        ? { label: texts.button, to: act(ID, "b", short) }
        : { label: texts.removeButton, to: act(ID, "bx", short) },
    ],
    ...(hasText ? [[{ label: texts.preview, to: act(ID, "e", short) }]] : []),
    ...(mayStart ? [[{ label: texts.send, to: act(ID, "s", short) }]] : []),
    [{ label: texts.discard, to: act(ID, "dx", short) }],
    ...lastRow(at(ID)),
  ];
}

function runRows(staff: Staff, row: Row, short: string): DeskCard["rows"] {
  const show = { label: texts.preview, to: act(ID, "e", short) };
  const refresh = { label: deskTexts.refresh, to: at(ID, "v", short) };
  if (!hasRight(staff.role, "broadcast")) return [[show, refresh], ...lastRow(at(ID))];
  const { state } = row;
  const stop = { label: texts.stop, to: act(ID, "x", short) };
  return [
    ...(state === "running" ? [[{ label: texts.pause, to: act(ID, "h", short) }, stop]] : []),
    ...(state === "paused" ? [[{ label: texts.resume, to: act(ID, "g", short) }, stop]] : []),
    ...(isRemovable(row) ? [[{ label: texts.remove, to: act(ID, "k", short) }]] : []),
    [show, refresh],
    ...lastRow(at(ID)),
  ];
}

/** What needs the right to send. */
function runActions({ broadcasts, drafts }: Deps): Readonly<Record<string, Action>> {
  const onTap = (run: Run): Action => action("broadcast", "tap", run);
  const draftOf = (kind: string) =>
    onTap(async ({ staff }, id) => {
      await broadcasts.find(id);
      const back = at(ID, "v", shortenId(id));
      return await beginDraft(drafts, { staff, kind, content: { broadcastId: id }, back });
    });
  return {
    s: onTap(async ({ staff }, id) => {
      const row = await broadcasts.find(id);
      const content = { broadcastId: id, version: row.version, count: await broadcasts.count(row.audience) };
      const back = at(ID, "v", shortenId(id));
      return await beginDraft(drafts, { staff, kind: broadcastKindNames.start, content, back });
    }),
    h: onTap(async ({ staff, updateId }, id) => {
      await broadcasts.pause({ staff, id, updateId });
      return go(at(ID, "v", shortenId(id)));
    }),
    g: onTap(async ({ staff, updateId }, id) => {
      await broadcasts.resume({ staff, id, updateId });
      return go(at(ID, "v", shortenId(id)));
    }),
    x: draftOf(broadcastKindNames.stop),
    k: draftOf(broadcastKindNames.remove),
  };
}
