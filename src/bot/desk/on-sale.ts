import { DeskRefusal } from "../../core/desk-refusal.ts";
import { expandId, shortenId } from "../../core/ids.ts";
import { isSameScope, type Scope, wholeCatalogue } from "../../core/scope.ts";
import type { Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { ListedSwitch } from "../../desk/switches/switches.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { beginDraft } from "./draft-screen.ts";
import { act, at, homePlace } from "./place.ts";
import { choices, pick, scopeArgs, scopeOf, textArg } from "./scope-places.ts";
import type { Action, DeskButton, DeskCard, Outcome, Screen } from "./screen.ts";

const ID = "ca";
const texts = tradeTexts.catalogue;
const A_PAGE = 8;
/** Ends that can be chosen, in hours; 0: none. */
const ENDS = [1, 24, 168, 0];
const HOURS = /\s+(\d{1,4})\s*(h|d)$/i;

type Deps = Pick<DeskServices, "prices" | "switches" | "drafts">;

/** What operators have taken off sale. */
export function createCatalogueScreen(deps: Deps): Screen {
  const { prices, switches } = deps;
  return {
    id: ID,
    right: "switches",
    entry: { label: texts.entry, order: 80 },
    show: async ({ args: [view = "", first, second = "0"] }) => {
      if (view === "o") return switchCard(await switchOf(deps, first));
      if (view !== "f") return listCard(await switches.list(), Number(view) || 0);
      const found = await choices(prices, first, (scope) => act(ID, "o", ...scopeArgs(scope), second));
      return { html: tradeTexts.which, rows: [...found, [back]] };
    },
    actions: actionsOf(deps),
  };
}

const back: DeskButton = { label: deskTexts.back, to: at(ID) };

function actionsOf(deps: Deps): NonNullable<Screen["actions"]> {
  const { prices, drafts } = deps;
  const tap = (run: Action["run"]): Action => ({ right: "switches", takes: "tap", run });
  return {
    a: tap(async () => ({ kind: "ask", prompt: texts.offPrompt, to: act(ID, "A"), back: at(ID) })),
    A: {
      right: "switches",
      takes: "text",
      async run({ staff, typed }) {
        const { what, hours, reason } = parseOff(typed?.text ?? "");
        return await pick(prices, what, {
          one: (scope) => takeOff(deps, staff, scope, { hours, reason }),
          several: at(ID, "f", textArg(what), hours ?? 0),
        });
      },
    },
    o: tap(async ({ staff, args }) => {
      const hours = Number(args[3]) || null;
      return await takeOff(deps, staff, scopeOf(args.slice(0, 3)), { hours, reason: undefined });
    }),
    y: tap(async ({ staff, args: [short] }) => {
      const content = { switchId: idOf(short) };
      return await beginDraft(drafts, { staff, kind: "switch.on", content, back: at(ID) });
    }),
    e: tap(async ({ staff, args: [short, hours] }) => {
      const content = {
        switchId: idOf(short),
        hours: ENDS.includes(Number(hours)) ? Number(hours) || null : null,
      };
      return await beginDraft(drafts, { staff, kind: "switch.end", content, back: at(ID) });
    }),
  };
}

async function takeOff(
  { drafts }: Deps,
  staff: Staff,
  scope: Scope,
  { hours, reason }: { hours: number | null; reason: string | undefined },
): Promise<Outcome> {
  if (isSameScope(scope, wholeCatalogue)) return { kind: "again", why: texts.everything };
  const content = { scope, hours };
  const draft = { staff, kind: "switch.off", content, back: at(ID) };
  return await beginDraft(drafts, reason === undefined ? draft : { ...draft, reason });
}

/** "germany 24h, never delivers". */
export function parseOff(text: string): { what: string; hours: number | null; reason: string | undefined } {
  const [named = "", ...words] = text.split(",");
  const reason = words.join(",").trim().slice(0, 200);
  const match = HOURS.exec(named.trim());
  const count = match ? Number(match[1]) * (match[2]?.toLowerCase() === "d" ? 24 : 1) : null;
  const hours = count !== null && count >= 1 && count <= 8_760 ? count : null;
  const what = named.trim().replace(HOURS, "");
  return { what, hours, reason: reason === "" ? undefined : reason };
}

function idOf(short: string | undefined): string {
  const id = expandId(short ?? "");
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

async function switchOf({ switches }: Deps, short: string | undefined): Promise<ListedSwitch> {
  const id = idOf(short);
  const found = (await switches.list()).find(({ row }) => row.id === id);
  if (!found) throw new DeskRefusal("already_on");
  return found;
}

function listCard(all: readonly ListedSwitch[], page: number): DeskCard {
  const shown = all.slice(page * A_PAGE, (page + 1) * A_PAGE);
  const pages: DeskButton[] = [
    ...(page > 0 ? [{ label: deskTexts.previous, to: at(ID, page - 1) }] : []),
    ...((page + 1) * A_PAGE < all.length ? [{ label: deskTexts.next, to: at(ID, page + 1) }] : []),
  ];
  return {
    html: [
      bold(escapeHtml(texts.title)),
      ...(shown.length === 0 ? [texts.none] : shown.map(lineOf)),
      "",
      texts.law,
    ].join("\n"),
    rows: [
      ...shown.map(({ row, name }) => [{ label: `🚫 ${name}`, to: at(ID, "o", shortenId(row.id)) }]),
      pages,
      [{ label: texts.off, to: act(ID, "a") }],
      [{ label: deskTexts.home, to: homePlace }],
    ].filter((row) => row.length > 0),
  };
}

function lineOf({ row, name }: ListedSwitch): string {
  const until =
    row.until === null ? "" : ` · until ${row.until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `${bold(escapeHtml(name))}: ${escapeHtml(row.reason)}${until}`;
}

function switchCard(listed: ListedSwitch): DeskCard {
  const { row } = listed;
  const short = shortenId(row.id);
  return {
    html: [lineOf(listed), `${escapeHtml(row.offBy)}, ${row.offAt.toISOString().slice(0, 16)}Z`].join("\n"),
    rows: [
      [{ label: texts.on, to: act(ID, "y", short) }],
      ENDS.map((hours) => ({ label: texts.ends(hours), to: act(ID, "e", short, hours) })),
      [back],
    ],
  };
}
