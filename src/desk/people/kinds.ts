import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf } from "../../core/staff.ts";
import type { Executor } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { unflagBuyer } from "../../db/queries/buyer-settings.ts";
import { type BuyerRow, findBuyer } from "../../db/queries/buyers.ts";
import { enqueue } from "../../db/queries/outbox.ts";
import { type ChangeDeps, changeBan } from "../../operations/changes.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";

const ofBuyer = z.object({ buyerId: z.uuid() });

/** What the desk does about a person: ban, unban, unflag, write to them. */
export function peopleKinds(deps: ChangeDeps): readonly AnyDraftKind[] {
  return [banKind(deps, true), banKind(deps, false), unflagKind(), messageKind()];
}

async function present(db: Executor, buyerId: string): Promise<BuyerRow & { telegramId: number }> {
  const buyer = await findBuyer(db, buyerId);
  if (buyer?.telegramId == null) throw new DeskRefusal("not_found");
  return { ...buyer, telegramId: buyer.telegramId };
}

function banKind(deps: ChangeDeps, isBan: boolean): AnyDraftKind {
  return draftKind({
    name: isBan ? "ban" : "unban",
    title: isBan ? "Ban a buyer" : "Lift a ban",
    right: "ban",
    content: ofBuyer,
    reasons: isBan ? ["fraud", "spam", "abuse of refunds"] : [],
    async preview(db, { content }) {
      const buyer = await present(db, content.buyerId);
      const before = buyer.bannedAt === null ? "not banned" : "banned";
      return {
        facts: [{ label: `Buyer ${buyer.telegramId}`, before, after: isBan ? "banned" : "not banned" }],
      };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      const { telegramId } = await present(tx, content.buyerId);
      await changeBan(tx, deps, { staff, telegramId, reason: isBan ? reason : null, updateId, at });
      return { note: isBan ? "Banned." : "The ban is lifted." };
    },
  });
}

function unflagKind(): AnyDraftKind {
  return draftKind({
    name: "unflag",
    title: "Clear a flag",
    right: "ban",
    content: ofBuyer,
    reasons: [],
    async preview(db, { content }) {
      const buyer = await present(db, content.buyerId);
      return { facts: [{ label: "Flag", before: buyer.flagReason ?? "none", after: "none" }] };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const { buyerId } = content;
      if (!(await unflagBuyer(tx, buyerId))) throw new DeskRefusal("already_done");
      const about = { subjectKind: "buyer" as const, subject: buyerId, buyerId };
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "flag cleared",
        ...about,
        updateId,
        at,
      });
      return { note: "The flag is cleared." };
    },
  });
}

function messageKind(): AnyDraftKind {
  return draftKind({
    name: "message",
    title: "Write to a buyer",
    right: "orders",
    content: ofBuyer.extend({ text: z.string().min(1).max(1000) }),
    reasons: [],
    async preview(db, { content }) {
      const { telegramId, blockedBotAt } = await present(db, content.buyerId);
      return {
        facts: [
          { label: "To", after: String(telegramId) },
          { label: "Text", after: content.text },
        ],
        warnings: blockedBotAt === null ? [] : ["This person has blocked the bot."],
      };
    },
    async apply(tx, { draftId, staff, content, updateId, at }) {
      const { buyerId, text } = content;
      const { telegramId: chatId } = await present(tx, buyerId);
      const message = { kind: "shop_message" as const, text };
      await enqueue(tx, { chatId, buyerId, message, dedupeKey: `shop_message:${draftId}`, at });
      const about = { subjectKind: "buyer" as const, subject: buyerId, buyerId };
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "buyer written to",
        ...about,
        reason: text,
        updateId,
        at,
      });
      return { note: "The message is on its way." };
    },
  });
}
