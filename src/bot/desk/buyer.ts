import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { BuyerCard } from "../../desk/find/cards.ts";
import { fact, moneyFact, personOf, stamp, cardTexts as texts, title } from "../../texts/operator/cards.ts";
import { parseSignedUsd } from "../../texts/operator/commands.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow } from "./lists.ts";
import { act, at } from "./place.ts";
import type { Action, Deed, DeskButton, Outcome, Screen } from "./screen.ts";

const ID = "b";
const MAX_MESSAGE = 1000;

/** One buyer: who, money, orders, and what may be done about them now. */
export function createBuyerScreen({ cards, drafts }: Pick<DeskServices, "cards" | "drafts">): Screen {
  const begin = (deed: Deed, kind: string, content: object = {}): Promise<Outcome> => {
    const buyerId = required(deed.args[0]);
    const back = at(ID, shortenId(buyerId));
    return beginDraft(drafts, { staff: deed.staff, kind, content: { buyerId, ...content }, back });
  };
  const draft = (kind: string, right: Action["right"]): Action => ({
    right,
    takes: "tap",
    run: (deed) => begin(deed, kind),
  });
  return {
    id: ID,
    right: "see",
    async show({ staff, args, updateId }) {
      const card = await cards.buyer(staff, required(args[0]), updateId);
      if (!card) throw new DeskRefusal("not_found");
      return { html: htmlOf(card), rows: [...buttons(staff, card), ...lastRow()] };
    },
    actions: {
      a: {
        right: "adjust",
        takes: "tap",
        run: async ({ args }) => question(required(args[0]), texts.adjustPrompt, "A"),
      },
      A: {
        right: "adjust",
        takes: "text",
        async run(deed) {
          const amountMicros = parseSignedUsd(deed.typed?.text.trim() ?? "");
          if (amountMicros === undefined) return { kind: "again", why: texts.adjustAgain };
          return await begin(deed, "adjust", { amountMicros: amountMicros.toString() });
        },
      },
      m: {
        right: "orders",
        takes: "tap",
        run: async ({ args }) => question(required(args[0]), texts.messagePrompt, "M"),
      },
      M: {
        right: "orders",
        takes: "text",
        async run(deed) {
          const text = deed.typed?.text.trim() ?? "";
          if (text === "" || text.length > MAX_MESSAGE) return { kind: "again", why: texts.messageAgain };
          return await begin(deed, "message", { text });
        },
      },
      x: draft("ban", "ban"),
      u: draft("unban", "ban"),
      f: draft("unflag", "ban"),
    },
  };
}

function required(arg: string | undefined): string {
  const id = idArg(arg);
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

function question(buyerId: string, prompt: string, action: string): Outcome {
  const short = shortenId(buyerId);
  return { kind: "ask", prompt, to: act(ID, action, short), back: at(ID, short) };
}

function htmlOf(card: BuyerCard): string {
  const { telegramId, username, firstName } = card;
  const name = [firstName, username === null ? null : `@${username}`]
    .filter((part) => part !== null)
    .join(" ");
  const percent =
    card.ordersIn30Days === 0 ? "–" : `${Math.round((100 * card.codesIn30Days) / card.ordersIn30Days)} %`;
  return [
    title(name === "" ? "Buyer" : name),
    `Telegram: ${personOf(telegramId)} · ${card.language}`,
    fact("Since", stamp(card.createdAt)) + (card.seenAt === null ? "" : ` · seen ${stamp(card.seenAt)}`),
    moneyFact("Available", card.availableMicros),
    moneyFact("Held", card.heldMicros),
    ...(card.debtMicros === 0n ? [] : [moneyFact("Owes", card.debtMicros)]),
    moneyFact("Paid in", card.paidInMicros),
    fact("Orders", `${card.orders}, open ${card.openOrders}`),
    fact(
      "30 days",
      `${card.ordersIn30Days} ended, ${percent} with a code, ${card.cancelsIn30Days} cancelled`,
    ),
    ...(card.bannedAt === null ? [] : [fact("🚫 Banned", `${stamp(card.bannedAt)} ${card.banReason ?? ""}`)]),
    ...(card.flagReason === null ? [] : [fact("🚩 Flag", card.flagReason)]),
    ...(card.blockedBotAt === null ? [] : [fact("Blocked the bot", stamp(card.blockedBotAt))]),
  ].join("\n");
}

function buttons(staff: Staff, card: BuyerCard): DeskButton[][] {
  const short = shortenId(card.id);
  const may = (right: Action["right"]): boolean => hasRight(staff.role, right);
  const isHere = card.telegramId !== null;
  const rows: DeskButton[][] = [
    [
      { label: texts.orders, to: at("os", "buyer", 0, short) },
      { label: texts.payments, to: at("bp", short) },
    ],
  ];
  const acts: DeskButton[] = [];
  if (may("adjust")) acts.push({ label: texts.adjust, to: act(ID, "a", short) });
  if (may("orders") && isHere) acts.push({ label: texts.message, to: act(ID, "m", short) });
  const bans: DeskButton[] = [];
  if (may("ban") && isHere)
    bans.push(
      card.bannedAt === null
        ? { label: texts.ban, to: act(ID, "x", short) }
        : { label: texts.unban, to: act(ID, "u", short) },
    );
  if (may("ban") && card.flagReason !== null) bans.push({ label: texts.unflag, to: act(ID, "f", short) });
  return [...rows, acts, bans].filter((row) => row.length > 0);
}
