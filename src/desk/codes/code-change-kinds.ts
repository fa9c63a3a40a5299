import { z } from "zod";
import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf } from "../../core/staff.ts";
import type { Executor, Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import {
  deleteUnusedCodes,
  findPromotion,
  lockPromotion,
  type Promotion,
  updatePromotion,
} from "../../db/queries/promotions.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { titleOfTerms } from "./code-terms.ts";

const DAY_MS = 24 * 3_600_000;
const right = "codes";
const ofOne = z.object({ promotionId: z.uuid() });

/** What is done with codes that exist: stop, extend, replace the file of vouchers. */
export function codeChangeKinds({ clock }: { readonly clock: Clock }): readonly AnyDraftKind[] {
  return [stopKind(clock), extendKind(clock), newFileKind()];
}

/** Throws DeskRefusal: gone, or stopped already. */
async function running(
  db: Executor,
  id: string,
  read: (db: Executor, id: string) => Promise<Promotion | undefined> = findPromotion,
): Promise<Promotion> {
  const promotion = await read(db, id);
  if (!promotion) throw new DeskRefusal("not_found");
  if (promotion.stoppedAt !== null) throw new DeskRefusal("already_off");
  return promotion;
}

const locked = (tx: Tx, id: string): Promise<Promotion> => running(tx, id, () => lockPromotion(tx, id));

function stopKind(clock: Clock): AnyDraftKind {
  return draftKind({
    name: "code.stop",
    title: "Stop a code",
    right,
    content: ofOne,
    reasons: ["campaign is over", "abused", "mistake"],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      return {
        facts: [
          { label: titleOfTerms(promotion), before: stateOf(promotion, clock.now()), after: "stopped" },
        ],
        warnings: [
          "For good. Nobody can redeem it, and what waits for a top-up or a purchase is void. Money that was given stays; open quotes keep their price.",
        ],
      };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      await updatePromotion(tx, promotion.id, { stoppedAt: at });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "code stopped",
        subjectKind: "code",
        subject: promotion.id,
        before: { isStopped: false },
        after: { isStopped: true },
        reason,
        updateId,
        at,
      });
      return { note: "Stopped." };
    },
  });
}

function extendKind(clock: Clock): AnyDraftKind {
  const later = ({ expiresAt }: Promotion, days: number, at: Date): Date =>
    addMs(expiresAt !== null && expiresAt > at ? expiresAt : at, days * DAY_MS);
  return draftKind({
    name: "code.extend",
    title: "Extend a code",
    right,
    content: ofOne.extend({ days: z.number().int().min(1).max(365) }),
    reasons: [],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      const until = promotion.expiresAt?.toISOString().slice(0, 10) ?? "no end";
      const after = later(promotion, content.days, clock.now()).toISOString().slice(0, 10);
      return { facts: [{ label: "Valid until", before: until, after }] };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      const expiresAt = later(promotion, content.days, at);
      await updatePromotion(tx, promotion.id, { expiresAt });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "code extended",
        subjectKind: "code",
        subject: promotion.id,
        before: { expiresAt: promotion.expiresAt?.toISOString() ?? null },
        after: { expiresAt: expiresAt.toISOString() },
        updateId,
        at,
      });
      return { note: `Valid until ${expiresAt.toISOString().slice(0, 10)}.` };
    },
  });
}

/** Where the file got lost: its codes stop, so that the new file's are the only ones. */
function newFileKind(): AnyDraftKind {
  return draftKind({
    name: "code.file",
    title: "Replace the codes of the file",
    right,
    content: ofOne,
    reasons: [],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      if (promotion.fileMadeAt === null) throw new DeskRefusal("already_done");
      return {
        facts: [{ label: titleOfTerms(promotion), after: "a new file" }],
        warnings: ["Every code of the earlier file that nobody has used stops working."],
      };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      const replaced = await deleteUnusedCodes(tx, promotion.id);
      await updatePromotion(tx, promotion.id, { fileMadeAt: null });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "vouchers replaced",
        subjectKind: "code",
        subject: promotion.id,
        after: { replaced },
        updateId,
        at,
      });
      return { note: `${replaced} codes stopped. The card gives you the new file.` };
    },
  });
}

export function stateOf({ stoppedAt, expiresAt }: Promotion, at: Date): "stopped" | "over" | "running" {
  if (stoppedAt !== null) return "stopped";
  return expiresAt !== null && expiresAt <= at ? "over" : "running";
}
