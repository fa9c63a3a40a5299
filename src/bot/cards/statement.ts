import { localTime, money, signedMoney } from "../../texts/html.ts";
import { ltrIn, ownIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Balance, StatementLine } from "../../wallet/reader.ts";
import { type Card, inRows, lines, pageLine, pager, productLine, tap } from "./card.ts";
import type { NamedOrder } from "./order.ts";

/** A line of the statement with the product that it is about; null: it is about no order. */
export interface NamedLine {
  readonly line: StatementLine;
  readonly product: Pick<NamedOrder, "service" | "country"> | null;
}

/** The pages of the statement, and what is on this one. */
export interface StatementView {
  readonly items: readonly NamedLine[];
  /** Orders whose price is held just now; on the first page only. */
  readonly open: readonly NamedOrder[];
  readonly page: number;
  readonly pageCount: number;
  readonly canInvite: boolean;
}

/** /balance: what can be spent, what is set aside, what is owed, and how it came about. */
export function balanceCard(
  texts: Texts,
  balance: Balance & { readonly debtMicros: bigint },
  view: StatementView,
): Card {
  const { labels, messages } = texts;
  const isEmpty = view.items.length === 0 && view.open.length === 0;
  const ways = [
    tap(labels.topup, { kind: "topup" }),
    tap(labels.home, { kind: "home" }),
    ...(isEmpty ? [] : [tap(labels.asFile, { kind: "balanceFile" })]),
    ...(view.canInvite ? [tap(labels.inviteFriend, { kind: "invite" })] : []),
  ];
  return {
    text: lines(
      messages.balance({ available: money(balance.availableMicros), held: money(balance.heldMicros) }),
      balance.debtMicros > 0n && messages.debt({ debt: money(balance.debtMicros) }),
      isEmpty ? messages.noMovements : messages.movements,
      ...view.open.map((named) => heldLine(texts, named)),
      ...view.items.map((item) => statementLine(texts, item)),
      pageLine(texts, view),
    ),
    keyboard: [...pager(texts, view, (page) => ({ kind: "balance", page })), ...inRows(ways, 2)],
  };
}

/** "WhatsApp · 🇬🇧 UK · $0.12 held". */
function heldLine(texts: Texts, { order, service, country }: NamedOrder): string {
  return `${productLine(texts, service, country)} · ${texts.messages.stillHeld({ price: money(order.priceMicros) })}`;
}

/** "12:30 · WhatsApp · 🇬🇧 UK -$0.12 = $1.88": the last amount is what there was afterwards. */
function statementLine(texts: Texts, { line, product }: NamedLine): string {
  const { language } = texts;
  const late = line.kind === "late_charge" ? ` · ${texts.messages.movementKinds.late_charge}` : "";
  const what = product
    ? `${productLine(texts, product.service, product.country)}${late}`
    : movementWord(texts, line.kind);
  const amount = ltrIn(language, signedMoney(line.amountMicros));
  // The sign stays outside: it stands between the two amounts in either direction.
  const after = `= ${ltrIn(language, money(line.balanceMicros))}`;
  return `${rlmIn(language)}${ownIn(language, localTime(line.at))} · ${what} ${amount} ${after}`;
}

function movementWord(texts: Texts, kind: string): string {
  const words = texts.messages.movementKinds;
  switch (kind) {
    case "topup":
    case "topup_refund":
    case "debt_settled":
    case "late_charge":
    case "adjustment":
    case "referral":
    case "referral_back":
    case "bonus":
      return words[kind];
    default:
      return words.other;
  }
}
