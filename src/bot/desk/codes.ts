import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { mostMicros, titleOfTerms } from "../../desk/codes/code-terms.ts";
import type { CodeCard } from "../../desk/codes/codes.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { fact, moneyFact, personOf, stamp, title } from "../../texts/operator/cards.ts";
import { codeTexts as texts } from "../../texts/operator/codes.ts";
import { parsePromoCode, parseVouchers } from "./code-words.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, rangeOf } from "./lists.ts";
import { act, at } from "./place.ts";
import type { Action, Deed, DeskButton, DeskCard, Outcome, Screen } from "./screen.ts";

const ID = "cd";
const LIST = at(ID);

type Deps = Pick<DeskServices, "codes" | "drafts" | "prices">;

/** Vouchers and promo codes: what was made, how it is used, and a way to stop it. */
export function createCodesScreen(deps: Deps): Screen {
  const { codes } = deps;
  return {
    id: ID,
    right: "codes",
    entry: { label: texts.entry, order: 90 },
    async show({ args: [arg], botName }) {
      const id = idArg(arg);
      if (id === undefined) return await listCard(deps, pageOf(arg));
      const card = await codes.card(id);
      if (!card) throw new DeskRefusal("not_found");
      return { html: htmlOf(card, botName), rows: [...buttonsOf(card), ...lastRow(LIST)] };
    },
    actions: codeActions(deps),
  };
}

function codeActions({ codes, drafts, prices }: Deps): NonNullable<Screen["actions"]> {
  const tap = (run: Action["run"]): Action => ({ right: "codes", takes: "tap", run });
  const text = (run: Action["run"]): Action => ({ right: "codes", takes: "text", run });
  /** A change of the code that the first argument names. */
  const change = ({ staff, args }: Deed, kind: string, more: object = {}): Promise<Outcome> => {
    const promotionId = required(args[0]);
    const back = at(ID, shortenId(promotionId));
    return beginDraft(drafts, { staff, kind, content: { promotionId, ...more }, back });
  };
  return {
    v: tap(async () => ({ kind: "ask", prompt: texts.vouchersPrompt, to: act(ID, "V"), back: LIST })),
    V: text(async ({ staff, typed }) => {
      const content = parseVouchers(typed?.text ?? "");
      if (!content) return { kind: "again", why: texts.vouchersWrong };
      return await beginDraft(drafts, { staff, kind: "code.vouchers", content, back: LIST });
    }),
    p: tap(async () => ({ kind: "ask", prompt: texts.promoPrompt, to: act(ID, "P"), back: LIST })),
    P: text(async ({ staff, typed }) => {
      const read = await parsePromoCode(prices, typed?.text ?? "");
      if (read.kind === "wrong") return { kind: "again", why: texts.promoWrong };
      if (read.kind === "scope") return { kind: "again", why: texts.scopeWrong };
      return await beginDraft(drafts, { staff, kind: "code.promo", content: read.content, back: LIST });
    }),
    x: tap((deed) => change(deed, "code.stop")),
    n: tap((deed) => change(deed, "code.file")),
    e: tap(async ({ args }) => {
      const short = shortenId(required(args[0]));
      return { kind: "ask", prompt: texts.extendPrompt, to: act(ID, "E", short), back: at(ID, short) };
    }),
    E: text(async (deed) => {
      const typed = deed.typed?.text.trim() ?? "";
      const days = /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
      if (days < 1 || days > 365) return { kind: "again", why: texts.extendWrong };
      return await change(deed, "code.extend", { days });
    }),
    f: tap(async ({ staff, args, updateId, botName }) => {
      const { name, rows, read } = await codes.makeFile({ staff, id: required(args[0]), updateId, botName });
      return { kind: "file", file: { name, caption: texts.fileCaption(rows), isPicture: false, read } };
    }),
  };
}

function required(arg: string | undefined): string {
  const id = idArg(arg);
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

async function listCard({ codes }: Deps, page: number): Promise<DeskCard> {
  const found = await codes.list(rangeOf(page));
  const rows = found
    .slice(0, PAGE_SIZE)
    .map((promotion) => [
      { label: `${titleOfTerms(promotion)} · ${promotion.state}`, to: at(ID, shortenId(promotion.id)) },
    ]);
  return {
    html: [title(texts.entry), ...(found.length === 0 ? [texts.none] : [])].join("\n"),
    rows: [
      ...rows,
      [
        { label: texts.vouchers, to: act(ID, "v") },
        { label: texts.promo, to: act(ID, "p") },
      ],
      ...pagerOf(page, found.length, (other) => at(ID, other)),
      ...lastRow(),
    ],
  };
}

function htmlOf(card: CodeCard, botName: string): string {
  const { use, name, batchSize, uses } = card;
  const most = mostMicros(card);
  return [
    title(titleOfTerms(card)),
    fact("State", card.state),
    fact("Made", stamp(card.createdAt)),
    `By: ${personOf(card.createdBy)}`,
    fact("Valid until", card.expiresAt === null ? "no end" : stamp(card.expiresAt)),
    fact("Redeemed", `${use.redeemed} of ${(batchSize ?? 1) * uses}`),
    ...(card.isNewOnly ? [fact("For", "new buyers only")] : []),
    ...(card.kind === "bonus" ? [moneyFact("Least top-up", card.minTopupMicros)] : []),
    ...(card.kind === "discount"
      ? [
          fact("On", card.scopeName),
          fact("Purchases a person", card.purchases ?? 0),
          fact("Sold with it", use.discountedOrders),
          moneyFact("Taken off", use.discountedMicros),
        ]
      : [moneyFact("Money given", use.givenMicros)]),
    ...(most === null ? [] : [moneyFact(card.kind === "discount" ? "Lost at most" : "Given at most", most)]),
    ...(name === null ? [] : [texts.link(botName, name)]),
  ].join("\n");
}

function buttonsOf(card: CodeCard): DeskButton[][] {
  const short = shortenId(card.id);
  if (card.state === "stopped") return [];
  const isVoucher = card.kind === "voucher" && card.state === "running";
  const file: DeskButton[] = !isVoucher
    ? []
    : card.fileMadeAt === null
      ? [{ label: texts.file, to: act(ID, "f", short) }]
      : [{ label: texts.newFile, to: act(ID, "n", short) }];
  const change = [
    { label: texts.extend, to: act(ID, "e", short) },
    { label: texts.stop, to: act(ID, "x", short) },
  ];
  return [file, change].filter((row) => row.length > 0);
}
