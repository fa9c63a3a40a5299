import { shortenId } from "../../core/ids.ts";
import type { OutboxMessage } from "../../core/messages.ts";
import type { DailyReport } from "../../desk/figures/report.ts";
import type { ClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import { figureTexts } from "../../texts/operator/figures.ts";
import { receiptTexts } from "../../texts/operator/receipts.ts";
import { shorten } from "../cards/label.ts";
import type { Names } from "../desk/figures/lines.ts";
import { reportLines } from "../desk/figures/report-lines.ts";
import { act, at } from "../desk/place.ts";
import { deskTap } from "../desk/present.ts";
import { quiet, type Rendered, urgent } from "./rendered.ts";

const MAX_DISPUTE = 2500;

/** Four digits or more, also with what people put between them. */
const DIGITS = /\+?\p{Nd}(?:[\s().\-–/]{0,2}\p{Nd}){3,}/gu;

/**
 * For a group, whose members are not all staff: what somebody wrote may hold their number or a code, so of these only the
 * last two digits are shown. In the private chat of whoever opens it it stands in full.
 */
function withoutDigits(text: string): string {
  return text.replace(DIGITS, (run) => `…${run.slice(-2)}`);
}

/** A receipt that waits for a decision; undefined: another operator has decided meanwhile. */
export async function renderClaim(
  deps: ClaimsAndDisputes,
  claimId: string,
  isGroup: boolean,
): Promise<Rendered | undefined> {
  const claim = await deps.claims.load(claimId);
  if (!claim || claim.decision !== null) return undefined;
  const text = receiptTexts.claim({
    buyer: claim.buyerTelegramId,
    amount: claim.amountMicros,
    note: claim.note === null ? null : shorten(isGroup ? withoutDigits(claim.note) : claim.note, 500),
    isDuplicate: claim.isDuplicate,
    flagReason: claim.flagReason,
  });
  const short = shortenId(claimId);
  const decide = [
    deskTap(receiptTexts.approve, act("q", "a", short)),
    deskTap(receiptTexts.reject, act("q", "j", short)),
  ];
  return urgent({ text, keyboard: [decide] }, claim.fileId);
}

/** What somebody wrote to the shop; undefined: it is deleted. */
export async function renderDispute(
  deps: ClaimsAndDisputes,
  disputeId: string,
  isGroup: boolean,
): Promise<Rendered | undefined> {
  const dispute = await deps.disputes.load(disputeId);
  if (!dispute) return undefined;
  const text = shorten(isGroup ? withoutDigits(dispute.text) : dispute.text, MAX_DISPUTE);
  return urgent({
    text: receiptTexts.question({ buyer: dispute.buyerTelegramId, text }),
    keyboard: [[deskTap(receiptTexts.open, at("q", "question", shortenId(disputeId)))]],
  });
}

/** The figures of a day, with ways into the desk. */
export async function renderDailyReport(
  { catalog, dailyReport }: { readonly catalog: Names; readonly dailyReport: Pick<DailyReport, "read"> },
  { day, isLate }: Extract<OutboxMessage, { kind: "daily_report" }>,
): Promise<Rendered> {
  const lines = await reportLines(catalog, await dailyReport.read(day), isLate);
  const doors = [
    deskTap(figureTexts.openFigures, at("g", "yesterday")),
    deskTap(figureTexts.openQueue, at("q")),
  ];
  return quiet({ text: lines.join("\n"), keyboard: [doors] });
}
