import { InputFile } from "grammy";
import { type CsvCell, csvLine, csvStart } from "../../core/csv.ts";
import { plainUsd } from "../../core/money.ts";
import type { OrderView } from "../../orders/orders.ts";
import { isEnded } from "../../orders/state.ts";
import type { StatementLine } from "../../wallet/reader.ts";
import type { BotDeps } from "../bot-deps.ts";
import { isCharged, maskedPhone } from "../cards/history.ts";
import { noticeCard } from "../cards/home.ts";
import { formatPhone, nameOrder } from "../cards/order.ts";
import type { ShopContext } from "../context.ts";
import { say } from "../navigation.ts";
import { nameLine } from "./balance.ts";
import { createFeature, type Feature, onTapAnswering } from "./feature.ts";
import { isNumberMasked } from "./my-orders.ts";

export type FilesDeps = Pick<BotDeps, "catalog" | "orders" | "wallet" | "config" | "clock">;

export const MAX_ROWS = 10_000;
/** So many rows are in memory at once. */
const ROWS_A_READ = 500;

interface Table<Row> {
  readonly fileName: string;
  readonly columns: readonly string[];
  /** The rows after this one; undefined: the first ones. */
  readonly read: (last: Row | undefined, limit: number) => Promise<readonly Row[]>;
  readonly cells: (row: Row) => Promise<readonly CsvCell[]>;
}

/** Orders and statement as CSV files, for whoever does their books with them. */
export function createFiles(deps: FilesDeps): Feature {
  const feature = createFeature();
  onTapAnswering(feature, ["ordersFile"], (ctx) => send(deps, ctx, ordersTable(deps, ctx)));
  onTapAnswering(feature, ["balanceFile"], (ctx) => send(deps, ctx, statementTable(deps, ctx)));
  return feature;
}

async function send<Row>(deps: FilesDeps, ctx: ShopContext, table: Table<Row>): Promise<void> {
  const { toasts, messages } = ctx.texts;
  if (!(await deps.wallet.mayExport(ctx.buyer.id, deps.clock.now())))
    return await ctx.answerTap(toasts.oneFileAMinute);
  await ctx.answerTap();
  const told = { hasMore: false };
  const file = new InputFile(() => bytesOf(table, told), table.fileName);
  await ctx.replyWithDocument(file, { caption: messages.fileReady });
  if (told.hasMore) await say(ctx, noticeCard(ctx.texts, messages.fileBounded({ count: MAX_ROWS })));
}

/** The file, read piece by piece while it is sent. `told` says at the end whether there are more rows than it holds. */
async function* bytesOf<Row>(table: Table<Row>, told: { hasMore: boolean }): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  told.hasMore = false;
  yield encoder.encode(`${csvStart}${csvLine(table.columns.map((text) => ({ text })))}`);
  let last: Row | undefined;
  for (let count = 0; count < MAX_ROWS; count += ROWS_A_READ) {
    const rows = await table.read(last, ROWS_A_READ);
    const written = await Promise.all(rows.map(table.cells));
    if (rows.length > 0) yield encoder.encode(written.map(csvLine).join(""));
    last = rows.at(-1);
    if (rows.length < ROWS_A_READ) return;
  }
  told.hasMore = (await table.read(last, 1)).length > 0;
}

function ordersTable(deps: FilesDeps, ctx: ShopContext): Table<OrderView> {
  const { id: buyerId, language } = ctx.buyer;
  return {
    fileName: "orders.csv",
    columns: "ordered_at ended_at service country state price_usd charged_usd number order_id".split(" "),
    read: (last, limit) => deps.orders.listBefore(buyerId, last, limit),
    cells: async (order) => {
      const { service, country } = await nameOrder(deps.catalog, order, language);
      const { phone, closedAt } = order;
      const paid = !isEnded(order.state)
        ? order.state === "received" || order.state === "waiting_again"
        : isCharged(order);
      const number = phone && (isNumberMasked(deps, order) ? maskedPhone(phone) : formatPhone(phone));
      return [
        { text: order.placedAt.toISOString() },
        { text: closedAt?.toISOString() ?? null },
        { text: service.name },
        { text: country.name },
        { text: order.state },
        { number: plainUsd(order.priceMicros) },
        { number: plainUsd(paid ? order.priceMicros : 0n) },
        { text: number },
        { text: order.id },
      ];
    },
  };
}

function statementTable(deps: FilesDeps, ctx: ShopContext): Table<StatementLine> {
  const { id: buyerId, language } = ctx.buyer;
  return {
    fileName: "balance.csv",
    columns: "at kind service country amount_usd balance_usd order_id".split(" "),
    read: (last, limit) => deps.wallet.statementBefore(buyerId, last, limit),
    cells: async (line) => {
      const { product } = await nameLine(deps, line, language);
      return [
        { text: line.at.toISOString() },
        { text: line.kind },
        { text: product?.service.name ?? null },
        { text: product?.country.name ?? null },
        { number: plainUsd(line.amountMicros) },
        { number: plainUsd(line.balanceMicros) },
        { text: line.orderId },
      ];
    },
  };
}
