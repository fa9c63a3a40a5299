import type { Staff } from "../../../core/staff.ts";
import { createZone } from "../../../core/zone.ts";
import type { DeskServices } from "../../../desk/desk.ts";
import { definitions, profitOf } from "../../../desk/figures/definitions.ts";
import { splits } from "../../../desk/figures/figures.ts";
import { fileKinds, MAX_FILE_ROWS } from "../../../desk/figures/files.ts";
import { type PeriodName, periodNames } from "../../../desk/figures/periods.ts";
import { bold, escapeHtml, money } from "../../../texts/html.ts";
import { textsFor } from "../../../texts/index.ts";
import { deskTexts } from "../../../texts/operator/desk.ts";
import { chartTexts, figureTexts } from "../../../texts/operator/figures.ts";
import { act, at, homePlace, type Place } from "../place.ts";
import type { Action, Deed, DeskButton, DeskCard, Outcome, Screen, Visit } from "../screen.ts";
import { go } from "../screen.ts";
import { drawChart } from "./chart.ts";
import { headlineOf, overviewLines, splitLines } from "./lines.ts";

const ID = "g";
/** Third parts of a place that are no split. */
const MEANING = "i";
const FILES = "f";

export type FiguresScreenDeps = Pick<
  DeskServices,
  "figures" | "figureFiles" | "dailyReport" | "painter" | "catalog"
>;

/** Today, yesterday, 7 and 30 days, the month: as a whole, by part, as a picture, as files. */
export function createFiguresScreen(deps: FiguresScreenDeps): Screen {
  const { figures, dailyReport } = deps;
  return {
    id: ID,
    right: "money",
    entry: { label: figureTexts.entry, order: 50 },
    headline: async () => headlineOf(await figures.overview("today")),
    show: (visit) => show(deps, visit),
    actions: {
      p: { right: "money", takes: "tap", run: (deed) => sendPicture(deps, deed) },
      ...Object.fromEntries(fileKinds.map((kind) => [kind.slice(0, 1), fileAction(deps, kind)])),
      r: {
        right: "money",
        takes: "tap",
        async run({ staff, args, updateId }) {
          const [wish, ...place] = args;
          if (wish === "on" || wish === "off") {
            await dailyReport.want({ staff, isWanted: wish === "on", updateId });
          }
          return go(at(ID, ...place));
        },
      },
    },
  };
}

function periodOf(args: readonly string[]): PeriodName {
  return periodNames.find((name) => name === args[0]) ?? "today";
}

async function show(deps: FiguresScreenDeps, { staff, args }: Visit): Promise<DeskCard> {
  const period = periodOf(args);
  const [, part] = args;
  const by = splits.find((split) => split === part);
  if (part === MEANING) return meaningCard(period);
  if (part === FILES) return filesCard(period);
  if (by === undefined) return await overviewCard(deps, period, staff);
  const split = await deps.figures.split(period, by);
  const lines = await splitLines(deps.catalog, by, split);
  const title = `${figureTexts.periods[period]} · ${figureTexts.splits[by].toLowerCase()}`;
  return {
    html: [head(title, split.asOf, split.zone), "", ...lines].join("\n"),
    rows: [...periodRows(period, by), ...splitRows(period, by), tail(at(ID, period, by))],
  };
}

async function overviewCard(deps: FiguresScreenDeps, period: PeriodName, staff: Staff): Promise<DeskCard> {
  const overview = await deps.figures.overview(period);
  const isWanted = await deps.dailyReport.isWantedBy(staff.telegramId);
  const report: DeskButton = isWanted
    ? { label: figureTexts.reportOn, to: act(ID, "r", "off", period) }
    : { label: figureTexts.reportOff, to: act(ID, "r", "on", period) };
  return {
    html: [
      head(figureTexts.periods[period], overview.asOf, overview.zone),
      "",
      ...overviewLines(overview),
    ].join("\n"),
    rows: [
      ...periodRows(period),
      ...splitRows(period),
      [
        { label: figureTexts.picture, to: act(ID, "p", period) },
        { label: figureTexts.csv, to: at(ID, period, FILES) },
        { label: figureTexts.meaning, to: at(ID, period, MEANING) },
      ],
      [report],
      tail(at(ID, period)),
    ],
  };
}

/** The title, and as of when. */
function head(title: string, asOf: Date, zoneName: string): string {
  const zone = createZone(zoneName);
  const minutes = Math.floor(zone.timeOf(asOf) / 60_000);
  const clock = [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return `${bold(escapeHtml(title))} · as of ${zone.dayOf(asOf)} ${clock} ${escapeHtml(zoneName)}`;
}

function periodRows(current: PeriodName, part?: string): DeskButton[][] {
  const rest = part === undefined ? [] : [part];
  const buttons = periodNames.map((name) => ({
    label: name === current ? `· ${figureTexts.periods[name]} ·` : figureTexts.periods[name],
    to: at(ID, name, ...rest),
  }));
  return [buttons.slice(0, 2), buttons.slice(2)];
}

function splitRows(period: PeriodName, current?: string): DeskButton[][] {
  const all: DeskButton = { label: figureTexts.all, to: at(ID, period) };
  const buttons: DeskButton[] = splits
    .filter((by) => by !== current)
    .map((by) => ({ label: figureTexts.splits[by], to: at(ID, period, by) }));
  const shown = current === undefined ? buttons : [all, ...buttons];
  return [shown.slice(0, 3), shown.slice(3)];
}

function tail(here: Place): DeskButton[] {
  return [
    { label: deskTexts.refresh, to: here },
    { label: deskTexts.home, to: homePlace },
  ];
}

function meaningCard(period: PeriodName): DeskCard {
  const lines = definitions.map(([name, meaning]) => `${bold(escapeHtml(name))}: ${escapeHtml(meaning)}.`);
  return {
    html: [bold(escapeHtml(figureTexts.meaningTitle)), "", ...lines].join("\n"),
    rows: [[{ label: deskTexts.back, to: at(ID, period) }]],
  };
}

function filesCard(period: PeriodName): DeskCard {
  const title = `${figureTexts.periods[period]} · CSV`;
  const buttons = fileKinds.map((kind) => ({
    label: figureTexts.files[kind],
    to: act(ID, kind.slice(0, 1), period),
  }));
  return {
    html: `${bold(escapeHtml(title))}\n\n${escapeHtml(figureTexts.filesAsk)}`,
    rows: [buttons, [{ label: deskTexts.back, to: at(ID, period) }]],
  };
}

function fileAction({ figureFiles }: FiguresScreenDeps, kind: (typeof fileKinds)[number]): Action {
  return {
    right: "money",
    takes: "tap",
    async run({ staff, args, updateId }) {
      const period = periodOf(args);
      const made = await figureFiles.make({ staff, kind, period, updateId });
      const title = `${figureTexts.files[kind]} · ${figureTexts.periods[period]} · ${figureTexts.rows(made.rows)}`;
      const caption = [title, ...(made.isCut ? [figureTexts.cut(MAX_FILE_ROWS)] : [])]
        .map(escapeHtml)
        .join("\n");
      return { kind: "file", file: { name: made.name, caption, isPicture: false, read: made.read } };
    },
  };
}

/** Turnover and profit of 7 or 30 days as a picture, with the sums as its text. */
async function sendPicture({ figures, painter }: FiguresScreenDeps, { staff, args }: Deed): Promise<Outcome> {
  const period = periodOf(args);
  const count = period === "days30" || period === "month" ? 30 : 7;
  const days = await figures.days(count);
  const overview = await figures.overview(count === 30 ? "days30" : "week");
  const language = textsFor(await figures.languageOf(staff.telegramId)).language;
  const format = new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
  const { title, turnover, profit } = chartTexts[language];
  const svg = drawChart(
    { title: title(count), turnover, profit, isRightToLeft: language === "ar" },
    days.map(({ day, turnoverMicros, profitMicros }) => ({
      label: format.format(new Date(`${day}T00:00:00Z`)),
      turnoverUsd: Number(turnoverMicros) / 1e6,
      profitUsd: Number(profitMicros) / 1e6,
    })),
  );
  const png = await painter.paint(svg);
  const { facts } = overview;
  const caption = `${escapeHtml(title(count))}: ${facts.sold} sold · ${escapeHtml(turnover)} ${money(facts.turnoverMicros)} · ${escapeHtml(profit)} ${money(profitOf(facts))}`;
  const read = async function* () {
    yield png;
  };
  return { kind: "file", file: { name: "figures.png", caption, isPicture: true, read } };
}
