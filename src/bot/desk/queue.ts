import { DeskRefusal } from "../../core/desk-refusal.ts";
import { shortenId } from "../../core/ids.ts";
import { formatUsd, parseUsd } from "../../core/money.ts";
import { hasRight, type Right, type Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { QueueItem, QueueKind } from "../../desk/queue/queue.ts";
import { fact, stamp, title } from "../../texts/operator/cards.ts";
import { queueTexts as texts } from "../../texts/operator/queue.ts";
import { receiptTexts } from "../../texts/operator/receipts.ts";
import { shorten } from "../cards/label.ts";
import { beginDraft } from "./draft-screen.ts";
import { idArg, lastRow, PAGE_SIZE, pageOf, pagerOf, places, rangeOf } from "./lists.ts";
import { act, at, type Place } from "./place.ts";
import { type DeskButton, type DeskCard, go, type Screen } from "./screen.ts";

const ID = "q";
const MAX_TEXT = 2500;
const MAX_ANSWER = 1000;
type Services = Pick<DeskServices, "queue" | "drafts">;

/** What waits for an operator, oldest first, and the card of each receipt, question and finding. */
export function createQueueScreen(services: Services): Screen {
  const { queue, drafts } = services;
  return {
    id: ID,
    right: "see",
    entry: { label: texts.entry, order: 20 },
    async headline(staff) {
      const count = await queue.count(staff);
      return count === 0 ? null : texts.headline(count);
    },
    async show({ staff, args: [name, arg] }) {
      const id = idArg(arg);
      if (name === "receipt" && id !== undefined) return await receiptCard(services, staff, id);
      if (name === "question" && id !== undefined) return await questionCard(services, staff, id);
      if (name === "finding" && id !== undefined) return await findingCard(services, id);
      return await listCard(services, staff, pageOf(name));
    },
    actions: {
      a: {
        right: "receipts",
        takes: "tap",
        async run({ staff, args, updateId }) {
          const decided = await queue.approve(staff, { claimId: required(args[0]), updateId });
          return go(places.queue, receiptTexts.decided[decided]);
        },
      },
      r: {
        right: "receipts",
        takes: "tap",
        run: async ({ staff, args }) =>
          await beginDraft(drafts, {
            staff,
            kind: "receipt_reject",
            content: { claimId: required(args[0]) },
            back: places.queue,
          }),
      },
      o: {
        right: "receipts",
        takes: "tap",
        run: async ({ args: [arg] }) => {
          const short = shortenId(required(arg));
          const [to, back] = [act(ID, "O", short), at(ID, "receipt", short)];
          return { kind: "ask", prompt: receiptTexts.otherAmountPrompt, to, back };
        },
      },
      O: {
        right: "receipts",
        takes: "text",
        async run({ staff, args, typed }) {
          const amountMicros = parseUsd(typed?.text.trim().replace(/^\$/, "") ?? "", "exact");
          if (amountMicros === undefined || amountMicros === 0n)
            return { kind: "again", why: receiptTexts.otherAmountAgain };
          const content = { claimId: required(args[0]), amountMicros: amountMicros.toString() };
          return await beginDraft(drafts, { staff, kind: "receipt_amount", content, back: places.queue });
        },
      },
      t: {
        right: "see",
        takes: "tap",
        async run({ staff, args: [name, arg] }) {
          const kind = kinds.find((known) => known === name);
          if (kind === undefined) throw new DeskRefusal("not_found");
          const by = await queue.take(staff, kind, required(arg));
          return go(at(ID, kind, arg ?? ""), by === staff.telegramId ? texts.takenByYou : texts.taken(by));
        },
      },
      ...questionActions(services),
    },
  };
}

const kinds: readonly QueueKind[] = ["receipt", "question", "doubt", "finding"];

function questionActions({ queue, drafts }: Services): NonNullable<Screen["actions"]> {
  return {
    c: {
      right: "orders",
      takes: "tap",
      async run({ staff, args, updateId }) {
        await queue.closeQuestion(staff, required(args[0]), updateId);
        return go(places.queue, texts.closed);
      },
    },
    w: {
      right: "orders",
      takes: "tap",
      async run({ args: [arg] }) {
        const short = shortenId(required(arg));
        return {
          kind: "ask",
          prompt: texts.answerPrompt,
          to: act(ID, "W", short),
          back: at(ID, "question", short),
        };
      },
    },
    W: {
      right: "orders",
      takes: "text",
      async run({ staff, args, typed }) {
        const question = await queue.question(required(args[0]));
        if (!question) throw new DeskRefusal("not_found");
        const text = typed?.text.trim() ?? "";
        if (text === "" || text.length > MAX_ANSWER) return { kind: "again", why: texts.answerPrompt };
        const content = { buyerId: question.buyerId, text };
        const back = at(ID, "question", shortenId(question.id));
        return await beginDraft(drafts, { staff, kind: "message", content, back });
      },
    },
  };
}

function required(arg: string | undefined): string {
  const id = idArg(arg);
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

async function listCard({ queue }: Services, staff: Staff, page: number): Promise<DeskCard> {
  const items = await queue.page(staff, rangeOf(page));
  const rows = items.slice(0, PAGE_SIZE).map((item) => [{ label: labelOf(item), to: placeOf(item) }]);
  return {
    html: [title(texts.entry), ...(items.length === 0 ? [texts.empty] : [])].join("\n"),
    rows: [...rows, ...pagerOf(page, items.length, (next) => at(ID, next)), ...lastRow()],
  };
}

function labelOf({ kind, since, amountMicros, about, takenBy }: QueueItem): string {
  const amount = amountMicros === null ? "" : ` ${formatUsd(amountMicros)}`;
  return `${takenBy === null ? "" : "✋"}${texts.icons[kind]}${amount} ${shorten(about, 20)} ${stamp(since).slice(5, 16)}`;
}

function placeOf({ kind, id }: QueueItem): Place {
  return kind === "doubt" ? at("o", shortenId(id)) : at(ID, kind, shortenId(id));
}

function takeRow(kind: QueueKind, id: string): DeskButton[] {
  return [{ label: texts.take, to: act(ID, "t", kind, shortenId(id)) }];
}

async function takenLine({ queue }: Services, kind: QueueKind, id: string): Promise<string> {
  const by = await queue.takenBy(kind, id);
  return by === null ? "" : `\n${texts.taken(by)}`;
}

async function receiptCard(services: Services, staff: Staff, id: string): Promise<DeskCard> {
  if (!hasRight(staff.role, "receipts")) throw new DeskRefusal("no_right");
  const claim = await services.queue.receipt(id);
  if (!claim) throw new DeskRefusal("not_found");
  const text = receiptTexts.claim({
    buyer: claim.buyerTelegramId,
    amount: claim.amountMicros,
    note: claim.note === null ? null : shorten(claim.note, 500),
    isDuplicate: claim.isDuplicate,
    flagReason: claim.flagReason,
  });
  const short = shortenId(id);
  const isOpen = claim.decision === null && hasRight(staff.role, "receipts");
  const buttons: DeskButton[][] = isOpen
    ? [
        [
          { label: receiptTexts.approve, to: act(ID, "a", short) },
          { label: receiptTexts.reject, to: act(ID, "r", short) },
        ],
        [{ label: receiptTexts.otherAmount, to: act(ID, "o", short) }, ...takeRow("receipt", id)],
      ]
    : [];
  const decided = claim.decision === null ? "" : `\n${receiptTexts.decided[claim.decision]}`;
  return {
    html: `${text}${decided}${await takenLine(services, "receipt", id)}`,
    rows: [...buttons, ...lastRow(places.queue)],
    photoFileId: claim.fileId,
  };
}

async function questionCard(services: Services, staff: Staff, id: string): Promise<DeskCard> {
  const right: Right = "orders";
  if (!hasRight(staff.role, right)) throw new DeskRefusal("no_right");
  const question = await services.queue.question(id);
  if (!question) throw new DeskRefusal("not_found");
  const text = receiptTexts.question({
    buyer: question.buyerTelegramId,
    text: shorten(question.text, MAX_TEXT),
  });
  const short = shortenId(id);
  return {
    html: `${text}\n${stamp(question.createdAt)}${await takenLine(services, "question", id)}`,
    rows: [
      [
        { label: texts.answer, to: act(ID, "w", short) },
        { label: texts.close, to: act(ID, "c", short) },
      ],
      takeRow("question", id),
      [{ label: "👤", to: at("b", shortenId(question.buyerId)) }],
      ...lastRow(places.queue),
    ],
  };
}

async function findingCard(services: Services, id: string): Promise<DeskCard> {
  const finding = await services.queue.finding(id);
  if (!finding) throw new DeskRefusal("not_found");
  return {
    html: [
      title(`${finding.kind} ${finding.subject}`),
      fact("What", finding.detail),
      fact("Since", stamp(finding.firstSeenAt)),
      fact("Last seen", stamp(finding.lastSeenAt)),
      texts.finding,
    ].join("\n"),
    rows: [takeRow("finding", id), ...lastRow(places.queue)],
  };
}
