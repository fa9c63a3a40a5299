import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { formatUsd } from "../../core/money.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { OrderCard, OrderLine } from "../../desk/find/cards.ts";
import { escapeHtml } from "../../texts/html.ts";
import {
  copyable,
  fact,
  maskedEnd,
  maskedIn,
  moneyFact,
  stamp,
  cardTexts as texts,
  title,
} from "../../texts/operator/cards.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import { type Action, type DeskButton, go, type Screen } from "./screen.ts";

const ID = "o";
const capturedStates: readonly string[] = ["received", "waiting_again", "finished"];
const finishableStates: readonly string[] = ["received", "waiting_again"];
const watchedStates: readonly string[] = ["waiting", "cancelling", "received", "waiting_again"];

/** One order: what happened, its money, and what is legal now. Of its SMS only that they came. */
export function createOrderScreen(services: Pick<DeskServices, "cards" | "drafts" | "checkNow">): Screen {
  const { cards, drafts, checkNow } = services;
  const draft = (kind: string, right: Action["right"]): Action => ({
    right,
    takes: "tap",
    async run({ staff, args }) {
      const { order } = await load(cards, args[0]);
      const content = { orderId: order.id, buyerId: order.buyerId };
      return await beginDraft(drafts, { staff, kind, content, back: at(ID, shortenId(order.id)) });
    },
  });
  return {
    id: ID,
    right: "see",
    async show({ staff, args }) {
      const card = await load(cards, args[0]);
      return { html: htmlOf(card), rows: [...buttons(staff, card), ...lastRow()] };
    },
    actions: {
      r: draft("order_refund", "adjust"),
      c: draft("order_cancel", "orders"),
      g: draft("order_give_back", "orders"),
      f: draft("order_finish", "orders"),
      n: {
        right: "orders",
        takes: "tap",
        async run({ staff, args, updateId }) {
          const { order } = await load(cards, args[0]);
          await checkNow(staff, order.id, updateId);
          return go(at(ID, shortenId(order.id)), texts.checked);
        },
      },
    },
  };
}

async function load(cards: DeskServices["cards"], arg: string | undefined): Promise<OrderCard> {
  const id = idArg(arg);
  const card = id === undefined ? undefined : await cards.order(id);
  if (!card) throw new DeskRefusal("not_found");
  return card;
}

function htmlOf({ order, ledger, story }: OrderCard): string {
  const { costMicros, failure } = order;
  return [
    title(`${order.serviceId} ${order.countryId} · ${order.state}`),
    copyable("Order", order.id),
    fact("Number", maskedEnd(order.phone)),
    `${fact("Provider", order.provider ?? "none")}${order.upstreamId === null ? "" : ` · ${escapeHtml(maskedIn(order.upstreamId, order.phone))}`}`,
    `${moneyFact("Price", order.priceMicros)} · cost ${costMicros === null ? "–" : formatUsd(costMicros)} · ceiling ${formatUsd(order.costCeilingMicros)}`,
    ...(failure === null ? [] : [fact("Failure", failure)]),
    ...(order.expiresAt === null ? [] : [fact("Ends", stamp(order.expiresAt))]),
    "",
    ...story.map(({ what, detail, at: when }) => escapeHtml(`${stamp(when)} ${what} ${detail}`.trim())),
    "",
    ...ledger.map(({ kind, amountMicros, actor, at: when }) =>
      escapeHtml(
        `${stamp(when)} ${kind} ${formatUsd(amountMicros)}${actor.startsWith("operator:") ? ` ${actor}` : ""}`,
      ),
    ),
  ].join("\n");
}

function buttons(staff: Staff, { order, isRefunded }: OrderCard): DeskButton[][] {
  const short = shortenId(order.id);
  const acts: DeskButton[] = [];
  const may = (right: Action["right"]): boolean => hasRight(staff.role, right);
  const { state } = order;
  if (may("adjust") && capturedStates.includes(state) && !isRefunded)
    acts.push({ label: texts.refund, to: act(ID, "r", short) });
  if (may("orders") && state === "waiting") acts.push({ label: texts.cancel, to: act(ID, "c", short) });
  if (may("orders") && state === "in_doubt") acts.push({ label: texts.giveBack, to: act(ID, "g", short) });
  if (may("orders") && finishableStates.includes(state))
    acts.push({ label: texts.finish, to: act(ID, "f", short) });
  if (may("orders") && watchedStates.includes(state))
    acts.push({ label: texts.checkNow, to: act(ID, "n", short) });
  const buyer: DeskButton = { label: texts.buyer, to: at("b", shortenId(order.buyerId)) };
  return [...acts.map((button) => [button]), [buyer]];
}

const filters = ["open", "doubt", "today", "failed", "all"] as const;

/** Lists of orders, newest first: of the shop by state, or of one buyer. */
export function createOrdersScreen({ cards }: Pick<DeskServices, "cards">): Screen {
  return {
    id: "os",
    right: "see",
    entry: { label: texts.orders, order: 30 },
    async show({ args: [name, pageArg, buyerArg] }) {
      const page = pageOf(pageArg);
      const buyerId = name === "buyer" ? idArg(buyerArg) : undefined;
      const kind = filters.find((known) => known === name) ?? "open";
      const filter = buyerId === undefined ? { kind } : ({ kind: "buyer", buyerId } as const);
      const lines = await cards.orders(filter, rangeOf(page));
      const to = (next: number) => at("os", filter.kind, next, ...(buyerArg === undefined ? [] : [buyerArg]));
      const tabs = filters.map((label) => ({
        label: label === kind ? `· ${label} ·` : label,
        to: at("os", label),
      }));
      const rows = lines
        .slice(0, PAGE_SIZE)
        .map((line) => [{ label: labelOf(line), to: at(ID, shortenId(line.id)) }]);
      return {
        html: `${title(texts.orders)}${lines.length === 0 ? `\n${texts.noOrders}` : ""}`,
        rows: [
          ...rows,
          ...pagerOf(page, lines.length, to),
          ...(buyerId === undefined ? [tabs] : []),
          ...lastRow(buyerId === undefined ? undefined : at("b", shortenId(buyerId))),
        ],
      };
    },
  };
}

function labelOf({ serviceId, countryId, state, priceMicros, placedAt }: OrderLine): string {
  return `${stamp(placedAt).slice(5, 16)} ${serviceId} ${countryId} ${state} ${formatUsd(priceMicros)}`;
}
