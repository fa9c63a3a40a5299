import { shortenId } from "../../core/ids.ts";
import { hasRight } from "../../core/staff.ts";
import type { AuditFilter, AuditLine } from "../../desk/audit/audit.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { escapeHtml } from "../../texts/html.ts";
import { stamp, title } from "../../texts/operator/cards.ts";
import { auditTexts as texts } from "../../texts/operator/queue.ts";
import { shorten } from "../cards/label.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, places, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import type { DeskButton, DeskCard, Screen } from "./screen.ts";

const ID = "au";
const filters = ["actor", "action", "subject"] as const;
const MAX_FACTS = 300;

/** Who changed what, and why. A tap on an entry shows it, and leads to those by the same person, action or subject. */
export function createAuditScreen({ audit }: Pick<DeskServices, "audit">): Screen {
  const show = async (filter: AuditFilter | null, page: number, mayExport: boolean): Promise<DeskCard> => {
    const lines = await audit.page(filter, rangeOf(page));
    const to = (next: number) =>
      filter === null ? at(ID, "all", next) : at(ID, filter.by, next, shortenId(filter.like));
    const rows = lines
      .slice(0, PAGE_SIZE)
      .map((line) => [{ label: labelOf(line), to: at(ID, "one", 0, shortenId(line.id)) }]);
    const file: DeskButton[][] = mayExport ? [[{ label: texts.file, to: act(ID, "f") }]] : [];
    return {
      html: `${title(texts.entry)}${lines.length === 0 ? `\n${texts.empty}` : ""}`,
      rows: [...rows, ...pagerOf(page, lines.length, to), ...file, ...lastRow()],
    };
  };
  return {
    id: ID,
    right: "audit",
    entry: { label: texts.entry, order: 140 },
    async show({ staff, args: [name, pageArg, arg] }) {
      const id = idArg(arg);
      const by = filters.find((known) => known === name);
      const mayExport = hasRight(staff.role, "auditFile");
      if (name === "one" && id !== undefined) return await entryCard(audit, id);
      return await show(
        by === undefined || id === undefined ? null : { by, like: id },
        pageOf(pageArg),
        mayExport,
      );
    },
    actions: {
      f: {
        right: "auditFile",
        takes: "tap",
        async run({ staff, updateId }) {
          const read = await audit.file({ telegramId: staff.telegramId, updateId });
          return {
            kind: "file",
            file: { name: "audit.csv", caption: texts.caption, isPicture: false, read },
          };
        },
      },
    },
  };
}

function labelOf({ at: when, actor, action, subject }: AuditLine): string {
  return `${stamp(when).slice(5, 16)} ${actor.replace("operator:", "")} ${action} ${shorten(subject, 12)}`;
}

async function entryCard(audit: DeskServices["audit"], id: string): Promise<DeskCard> {
  const line = await audit.one(id);
  if (!line) return { html: texts.empty, rows: lastRow(places.audit) };
  const facts = (value: unknown): string => shorten(JSON.stringify(value ?? null), MAX_FACTS);
  const short = shortenId(id);
  return {
    html: [
      title(line.action),
      `${stamp(line.at)} ${escapeHtml(line.actor)}`,
      escapeHtml(`${line.subjectKind} ${line.subject}`),
      escapeHtml(`${facts(line.before)} → ${facts(line.after)}`),
      escapeHtml(line.reason),
    ].join("\n"),
    rows: [
      ...filters.map((by) => [{ label: texts.by[by], to: at(ID, by, 0, short) }]),
      ...lastRow(places.audit),
    ],
  };
}
