import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { ResellerCard } from "../../desk/resellers/resellers.ts";
import { fact, moneyFact, stamp, title } from "../../texts/operator/cards.ts";
import { resellerTexts as texts } from "../../texts/operator/resellers.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import type { DeskButton, Screen } from "./screen.ts";

const ID = "rs";

/** Buyers who sell on by API keys: a list, and a card each. */
export function createResellersScreen({
  resellers,
  drafts,
}: Pick<DeskServices, "resellers" | "drafts">): Screen {
  return {
    id: ID,
    right: "see",
    entry: { label: texts.entry, order: 105 },
    async show({ staff, args: [view, page] }) {
      const buyerId = idArg(view);
      if (buyerId === undefined) return await listCard(pageOf(page));
      const card = await resellers.card(buyerId);
      if (!card) throw new DeskRefusal("not_found");
      return { html: htmlOf(card), rows: [...buttons(staff, buyerId, card), ...lastRow()] };
    },
    actions: {
      r: {
        right: "ban",
        takes: "tap",
        async run({ staff, args: [buyer, keyId = ""] }) {
          const buyerId = required(buyer);
          const card = await resellers.card(buyerId);
          if (!card?.keys.some(({ id }) => id === keyId)) throw new DeskRefusal("not_found");
          const content = { buyerId, keyId };
          const back = at(ID, shortenId(buyerId));
          return await beginDraft(drafts, { staff, kind: "api_key.revoke", content, back });
        },
      },
      u: {
        right: "ban",
        takes: "tap",
        async run({ staff, args: [buyer] }) {
          const buyerId = required(buyer);
          const back = at(ID, shortenId(buyerId));
          return await beginDraft(drafts, { staff, kind: "api_ban.lift", content: { buyerId }, back });
        },
      },
    },
  };

  async function listCard(page: number) {
    const lines = await resellers.list(rangeOf(page));
    const rows = lines.slice(0, PAGE_SIZE).map(({ buyerId, name, liveKeys, lastUsedAt }) => [
      {
        label: texts.line({ name, liveKeys, lastUse: lastUsedAt && stamp(lastUsedAt) }),
        to: at(ID, shortenId(buyerId)),
      },
    ]);
    return {
      html: [title(texts.title), ...(lines.length === 0 ? [texts.none] : [])].join("\n"),
      rows: [...rows, ...pagerOf(page, lines.length, (next) => at(ID, "l", next)), ...lastRow()],
    };
  }
}

function required(arg: string | undefined): string {
  const id = idArg(arg);
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

function htmlOf(card: ResellerCard): string {
  const percent = card.closed === 0 ? "–" : `${Math.round((100 * card.received) / card.closed)} %`;
  return [
    title(card.name),
    fact("With a code", `${percent} of the last ${card.closed}`),
    moneyFact("Spent today (UTC)", card.spentTodayMicros),
    moneyFact("Spent in 30 days", card.spent30Micros),
    fact("Open orders", String(card.open)),
    ...(card.bans === 0 ? [] : [fact("Stopped by the guard", texts.bans(card.bans))]),
    ...(card.bannedUntil === null ? [] : [fact("Stopped until", stamp(card.bannedUntil))]),
    ...card.keys.map((key) =>
      fact(
        `🔑 ${key.id}`,
        texts.key({ name: key.name, scope: key.scope, lastUse: key.lastUsedAt && stamp(key.lastUsedAt) }),
      ),
    ),
  ].join("\n");
}

function buttons(staff: Staff, buyerId: string, card: ResellerCard): DeskButton[][] {
  const short = shortenId(buyerId);
  const rows: DeskButton[][] = [[{ label: texts.buyer, to: at("b", short) }]];
  if (!hasRight(staff.role, "ban")) return rows;
  for (const { id } of card.keys) rows.push([{ label: texts.revoke(id), to: act(ID, "r", short, id) }]);
  if (card.bannedUntil !== null) rows.push([{ label: texts.unban, to: act(ID, "u", short) }]);
  return rows;
}
