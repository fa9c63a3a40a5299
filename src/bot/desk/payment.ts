import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { formatUsd } from "../../core/money.ts";
import { hasRight } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { PaymentFacts } from "../../desk/find/cards.ts";
import { copyable, fact, moneyFact, stamp, cardTexts as texts, title } from "../../texts/operator/cards.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at, type Place } from "./place.ts";
import type { DeskButton, DeskCard, Screen } from "./screen.ts";

const ID = "p";

/** One payment that came in. */
export function createPaymentScreen(services: Pick<DeskServices, "cards" | "drafts" | "find">): Screen {
  const { cards, drafts } = services;
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
      if (payment.state === "unassigned" && hasRight(staff.role, "assign"))
        rows.push([{ label: texts.assign, to: act(ID, "g", shortenId(payment.id)) }]);
      if (buyerId !== null) rows.push([{ label: texts.buyer, to: at("b", shortenId(buyerId)) }]);
      return { html: htmlOf(payment), rows: [...rows, ...lastRow()] };
    },
    actions: {
      ...assigning(services),
      r: {
        right: "adjust",
        takes: "tap",
        async run({ staff, args }) {
          const { id: paymentId, buyerId } = await load(cards, args[0]);
          if (buyerId === null) throw new DeskRefusal("not_found");
          const back = at(ID, shortenId(paymentId));
          return await beginDraft(drafts, {
            staff,
            kind: "payment_refund",
            content: { paymentId, buyerId },
            back,
          });
        },
      },
    },
  };
}

/** Whose is it? Asks for a person, and leads to before and after. */
function assigning({
  cards,
  drafts,
  find,
}: Pick<DeskServices, "cards" | "drafts" | "find">): NonNullable<Screen["actions"]> {
  return {
    g: {
      right: "assign",
      takes: "tap",
      async run({ args }) {
        const short = shortenId((await load(cards, args[0])).id);
        return { kind: "ask", prompt: texts.assignPrompt, to: act(ID, "G", short), back: at(ID, short) };
      },
    },
    G: {
      right: "assign",
      takes: "text",
      async run({ staff, args, typed }) {
        const { id: paymentId } = await load(cards, args[0]);
        const text = typed?.forwardedFrom == null ? (typed?.text ?? "") : String(typed.forwardedFrom);
        const { hits } = await find.search(staff, text);
        const [buyer, other] = hits.filter(({ kind }) => kind === "buyer");
        if (!buyer || other) return { kind: "again", why: other ? texts.assignSeveral : texts.assignNobody };
        const content = { paymentId, buyerId: buyer.id };
        return await beginDraft(drafts, {
          staff,
          kind: "payment_assign",
          content,
          back: at(ID, shortenId(paymentId)),
        });
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

const filters = ["all", "manual", "refunded", "unassigned"] as const;

/** All payments, newest first. */
export function createPaymentsScreen({ cards }: Pick<DeskServices, "cards">): Screen {
  return {
    id: "ps",
    right: "money",
    entry: { label: texts.payments, order: 40 },
    async show({ args: [name, pageArg] }) {
      const kind = filters.find((known) => known === name) ?? "all";
      const page = pageOf(pageArg);
      const { html, rows } = await list(cards, { kind }, page, (next) => at("ps", kind, next));
      const tabs = filters.map((label) => ({
        label: label === kind ? `· ${label} ·` : label,
        to: at("ps", label),
      }));
      return { html, rows: [...rows, tabs, ...lastRow()] };
    },
  };
}

/** The payments of one buyer: part of the buyer's card, so whoever sees that sees them. */
export function createBuyerPaymentsScreen({ cards }: Pick<DeskServices, "cards">): Screen {
  return {
    id: "bp",
    right: "see",
    async show({ args: [short = "", pageArg] }) {
      const buyerId = idArg(short);
      if (buyerId === undefined) throw new DeskRefusal("not_found");
      const filter = { kind: "buyer", buyerId } as const;
      const { html, rows } = await list(cards, filter, pageOf(pageArg), (next) => at("bp", short, next));
      return { html, rows: [...rows, ...lastRow(at("b", short))] };
    },
  };
}

async function list(
  cards: DeskServices["cards"],
  filter: Parameters<DeskServices["cards"]["payments"]>[0],
  page: number,
  to: (page: number) => Place,
): Promise<DeskCard> {
  const payments = await cards.payments(filter, rangeOf(page));
  const rows = payments
    .slice(0, PAGE_SIZE)
    .map((line) => [{ label: labelOf(line), to: at(ID, shortenId(line.id)) }]);
  return {
    html: `${title(texts.payments)}${payments.length === 0 ? `\n${texts.noPayments}` : ""}`,
    rows: [...rows, ...pagerOf(page, payments.length, to)],
  };
}

function labelOf({ paidAt, gateway, amountMicros, state }: PaymentFacts): string {
  return `${stamp(paidAt).slice(5, 16)} ${gateway} ${formatUsd(amountMicros)} ${state}`;
}
