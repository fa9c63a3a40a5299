import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { formatUsd } from "../../core/money.ts";
import { hasRight } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { PaymentFacts } from "../../desk/find/cards.ts";
import { cardTexts as texts, copyable, fact, moneyFact, stamp, title } from "../../texts/operator/cards.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import type { DeskButton, Screen } from "./screen.ts";

const ID = "p";

/** One payment that came in. */
export function createPaymentScreen({ cards, drafts }: Pick<DeskServices, "cards" | "drafts">): Screen {
  return {
    id: ID,
    right: "see",
    async show({ staff, args }) {
      const payment = await load(cards, args[0]);
      const { buyerId } = payment;
      const rows: DeskButton[][] = [];
      const isRefundable = payment.gateway === "stars" && payment.state === "credited" && buyerId !== null;
      if (isRefundable && hasRight(staff.role, "adjust"))
        rows.push([{ label: texts.refund, to: act(ID, "r", shortenId(payment.id)) }]);
      if (buyerId !== null) rows.push([{ label: texts.buyer, to: at("b", shortenId(buyerId)) }]);
      return { html: htmlOf(payment), rows: [...rows, ...lastRow()] };
    },
    actions: {
      r: {
        right: "adjust",
        takes: "tap",
        async run({ staff, args }) {
          const { id: paymentId, buyerId } = await load(cards, args[0]);
          if (buyerId === null) throw new DeskRefusal("not_found");
          const back = at(ID, shortenId(paymentId));
          return await beginDraft(drafts, { staff, kind: "payment_refund", content: { paymentId, buyerId }, back });
        },
      },
    },
  };
}

async function load(cards: DeskServices["cards"], arg: string | undefined): Promise<PaymentFacts> {
  const id = idArg(arg);
  const payment = id === undefined ? undefined : await cards.payment(id);
  if (!payment) throw new DeskRefusal("not_found");
  return payment;
}

function htmlOf(payment: PaymentFacts): string {
  const { stars, feeMicros, actor, reason } = payment;
  return [
    title(`${payment.gateway} · ${payment.state}`),
    copyable("Charge", payment.chargeId),
    `${moneyFact("Amount", payment.amountMicros)}${stars === null ? "" : ` · ⭐${stars}`}`,
    ...(feeMicros === 0n ? [] : [moneyFact("Fee", feeMicros)]),
    fact("Paid", stamp(payment.paidAt)),
    fact("Since", stamp(payment.stateAt)),
    ...(actor === null ? [] : [fact("By", actor)]),
    ...(reason === null ? [] : [fact("Why", reason)]),
  ].join("\n");
}

const filters = ["all", "manual", "refunded"] as const;

/** Lists of payments, newest first. Those of one buyer are part of the buyer's card; all of them take the right "money". */
export function createPaymentsScreen({ cards }: Pick<DeskServices, "cards">): Screen {
  return {
    id: "ps",
    right: "see",
    entry: { label: texts.payments, order: 40, right: "money" },
    async show({ staff, args: [name, pageArg, buyerArg] }) {
      const page = pageOf(pageArg);
      const buyerId = name === "buyer" ? idArg(buyerArg) : undefined;
      if (buyerId === undefined && !hasRight(staff.role, "money")) throw new DeskRefusal("no_right");
      const kind = filters.find((known) => known === name) ?? "all";
      const filter = buyerId === undefined ? { kind } : ({ kind: "buyer", buyerId } as const);
      const payments = await cards.payments(filter, rangeOf(page));
      const to = (next: number) => at("ps", filter.kind, next, ...(buyerArg === undefined ? [] : [buyerArg]));
      const tabs = filters.map((label) => ({ label: label === kind ? `· ${label} ·` : label, to: at("ps", label) }));
      const rows = payments
        .slice(0, PAGE_SIZE)
        .map((line) => [{ label: labelOf(line), to: at(ID, shortenId(line.id)) }]);
      return {
        html: `${title(texts.payments)}${payments.length === 0 ? `\n${texts.noPayments}` : ""}`,
        rows: [
          ...rows,
          ...pagerOf(page, payments.length, to),
          ...(buyerId === undefined ? [tabs] : []),
          ...lastRow(buyerId === undefined ? undefined : at("b", shortenId(buyerId))),
        ],
      };
    },
  };
}

function labelOf({ paidAt, gateway, amountMicros, state }: PaymentFacts): string {
  return `${stamp(paidAt).slice(5, 16)} ${gateway} ${formatUsd(amountMicros)} ${state}`;
}
