import type { Clock } from "../../core/clock.ts";
import { type CsvCell, csvLine, csvStart } from "../../core/csv.ts";
import { plainUsd } from "../../core/money.ts";
import { actorOf, type Staff } from "../../core/staff.ts";
import { createZone } from "../../core/zone.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import * as queries from "../../db/queries/figures/exports.ts";
import type { Facts } from "../../db/queries/figures/facts.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { StaffBook } from "../staff/staff.ts";
import { profitOf } from "./definitions.ts";
import { type Figures, splits } from "./figures.ts";
import { type PeriodName, periodOf } from "./periods.ts";

export const fileKinds = ["orders", "ledger", "figures"] as const;
export type FileKind = (typeof fileKinds)[number];

/** A file holds so many rows at most; the caption says when there were more. */
export const MAX_FILE_ROWS = 100_000;
const ROWS_A_READ = 500;
const MAX_PARTS = 5_000;

export interface FigureFile {
  readonly name: string;
  readonly rows: number;
  /** True: the period has more rows than the file. */
  readonly isCut: boolean;
  /** Read piece by piece while it is sent. */
  readonly read: () => AsyncGenerator<Uint8Array>;
}

export interface FigureFiles {
  /** Notes in the audit log who takes what, then makes the file. Throws DeskRefusal "no_right". */
  make(input: { staff: Staff; kind: FileKind; period: PeriodName; updateId: number }): Promise<FigureFile>;
}

export interface FigureFilesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly figures: Pick<Figures, "overview" | "parts">;
  readonly staff: StaffBook;
  readonly shopZone: () => string;
}

interface Contents {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly lines: () => AsyncGenerator<readonly (readonly CsvCell[])[]>;
}

export function createFigureFiles(deps: FigureFilesDeps): FigureFiles {
  const { db, clock } = deps;
  return {
    async make({ staff, kind, period: name, updateId }) {
      const zone = createZone(deps.shopZone());
      const period = periodOf(name, zone, clock.now());
      const span = { from: zone.moment(period.fromDay), to: period.to };
      const contents = await contentsOf(deps, kind, name, span);
      const rows = Math.min(contents.rows, MAX_FILE_ROWS);
      const lastDay = zone.dayOf(new Date(period.to.getTime() - 1));
      await inTransaction(db, async (tx) => {
        await deps.staff.require(tx, staff.telegramId, "money");
        await writeAudit(tx, {
          actor: actorOf(staff.telegramId),
          action: "file exported",
          subjectKind: "file",
          subject: kind,
          after: { rows, from: period.fromDay, to: lastDay, zone: zone.name },
          updateId,
          at: clock.now(),
        });
      });
      const fileName = `${kind}-${period.fromDay}-${lastDay}.csv`;
      return { name: fileName, rows, isCut: contents.rows > rows, read: () => bytesOf(contents) };
    },
  };
}

async function* bytesOf({ columns, lines }: Contents): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${csvStart}${csvLine(columns.map((text) => ({ text })))}`);
  for await (const some of lines()) yield encoder.encode(some.map(csvLine).join(""));
}

async function contentsOf(
  deps: FigureFilesDeps,
  kind: FileKind,
  period: PeriodName,
  span: queries.ExportSpan,
): Promise<Contents> {
  if (kind === "orders") return await ordersOf(deps.db, span);
  if (kind === "ledger") return await ledgerOf(deps.db, span);
  return await figuresOf(deps.figures, period);
}

async function ordersOf(db: Database, span: queries.ExportSpan): Promise<Contents> {
  async function* lines() {
    let last: queries.OrderExportRow | undefined;
    for (let count = 0; count < MAX_FILE_ROWS; count += ROWS_A_READ) {
      const rows = await queries.selectOrderExport(db, span, last, ROWS_A_READ);
      if (rows.length > 0) yield rows.map(orderCells);
      if (rows.length < ROWS_A_READ) return;
      last = rows.at(-1);
    }
  }
  return {
    columns:
      "placed_at rented_at first_sms_at ended_at state provider service country price_usd cost_usd order_id buyer_id".split(
        " ",
      ),
    rows: await queries.countOrderExport(db, span),
    lines,
  };
}

const time = (at: Date | null): CsvCell => ({ text: at?.toISOString() ?? null });
const usd = (micros: bigint): CsvCell => ({ number: plainUsd(micros) });
const count = (value: number): CsvCell => ({ number: String(value) });

function orderCells(row: queries.OrderExportRow): readonly CsvCell[] {
  return [
    time(row.placedAt),
    time(row.rentedAt),
    time(row.receivedAt),
    time(row.closedAt),
    { text: row.state },
    { text: row.provider },
    { text: row.serviceId },
    { text: row.countryId },
    usd(row.priceMicros),
    row.costMicros === null ? { text: null } : usd(row.costMicros),
    { text: row.id },
    { text: row.buyerId },
  ];
}

async function ledgerOf(db: Database, span: queries.ExportSpan): Promise<Contents> {
  const range = await queries.selectLedgerRange(db, span);
  async function* lines() {
    let { first } = range;
    for (let read = 0; read < MAX_FILE_ROWS; read += ROWS_A_READ) {
      const rows = await queries.selectLedgerExport(db, span, { first, last: range.last }, ROWS_A_READ);
      if (rows.length > 0) yield rows.map(ledgerCells);
      if (rows.length < ROWS_A_READ) return;
      first = (rows.at(-1)?.id ?? range.last) + 1n;
    }
  }
  const columns = "at transfer kind from to amount_usd order_id topup_id actor reason".split(" ");
  return { columns, rows: range.count, lines };
}

function ledgerCells(row: queries.LedgerExportRow): readonly CsvCell[] {
  return [
    time(row.at),
    { number: row.id.toString() },
    { text: row.kind },
    { text: row.from },
    { text: row.to },
    usd(row.amountMicros),
    { text: row.orderId },
    { text: row.topupId },
    { text: row.actor },
    { text: row.reason },
  ];
}

/** A line for the whole, then one for each part of each split. */
async function figuresOf(figures: FigureFilesDeps["figures"], period: PeriodName): Promise<Contents> {
  const all = [partCells("all", "", "", (await figures.overview(period)).facts)];
  for (const by of splits) {
    const parts = await figures.parts(period, by, MAX_PARTS);
    all.push(...parts.map((part) => partCells(by, part.name, part.other, part)));
  }
  const columns =
    "by name country sold turnover_usd cost_usd loss_usd profit_usd topups topups_usd fees_usd refunds_usd adjusted_up_usd adjusted_down_usd bonuses_usd delivered undelivered cancelled_at_once tries sold_out errors doubts";
  return {
    columns: columns.split(" "),
    rows: all.length,
    async *lines() {
      yield all.slice(0, MAX_FILE_ROWS);
    },
  };
}

function partCells(by: string, name: string, other: string, facts: Facts): readonly CsvCell[] {
  return [
    { text: by },
    { text: name },
    { text: other },
    count(facts.sold),
    usd(facts.turnoverMicros),
    usd(facts.costMicros),
    usd(facts.lossMicros),
    usd(profitOf(facts)),
    count(facts.topups),
    usd(facts.topupMicros),
    usd(facts.feeMicros),
    usd(facts.refundMicros),
    usd(facts.adjustedUpMicros),
    usd(facts.adjustedDownMicros),
    usd(facts.bonusMicros),
    count(facts.delivered),
    count(facts.undelivered),
    count(facts.earlyCancels),
    count(facts.tries),
    count(facts.noStock),
    count(facts.errors),
    count(facts.doubts),
  ];
}
