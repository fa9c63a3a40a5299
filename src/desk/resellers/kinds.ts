import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf } from "../../core/staff.ts";
import { selectApiBuyer } from "../../db/queries/api-buyers.ts";
import { revokeKey, selectKey } from "../../db/queries/api-keys.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { liftApiBan } from "../../db/queries/desk-resellers.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";

const ofKey = z.object({ buyerId: z.uuid(), keyId: z.string().regex(/^[0-9A-Za-z]{6}$/) });
const ofBuyer = z.object({ buyerId: z.uuid() });

/** What the desk does about a reseller: revoke a key, lift the ban of the guard. */
export function resellerKinds({ clock }: { readonly clock: Clock }): readonly AnyDraftKind[] {
  return [revokeKind(), unbanKind(clock)];
}

function revokeKind(): AnyDraftKind {
  return draftKind({
    name: "api_key.revoke",
    title: "Revoke an API key",
    right: "ban",
    content: ofKey,
    reasons: ["leaked", "abuse", "asked by its owner"],
    async preview(db, { content: { keyId, buyerId } }) {
      const key = await selectKey(db, keyId);
      if (key?.buyerId !== buyerId) throw new DeskRefusal("not_found");
      if (key.revokedAt !== null) throw new DeskRefusal("already_done");
      return {
        facts: [{ label: `Key ${keyId}`, before: "works", after: "revoked" }],
        warnings: ["Open orders go on, but the tool can ask for them only by another key of this buyer."],
      };
    },
    async apply(tx, { staff, content: { keyId, buyerId }, reason, updateId, at }) {
      if (!(await revokeKey(tx, keyId, buyerId, at))) throw new DeskRefusal("already_done");
      await writeAudit(tx, {
        ...{ actor: actorOf(staff.telegramId), action: "API key revoked", subjectKind: "buyer" as const },
        ...{ subject: buyerId, buyerId, before: { key: keyId }, after: { isRevoked: true } },
        ...{ reason, updateId, at },
      });
      return { note: `Key ${keyId} is revoked.` };
    },
  });
}

function unbanKind(clock: Clock): AnyDraftKind {
  return draftKind({
    name: "api_ban.lift",
    title: "Let a reseller buy again",
    right: "ban",
    content: ofBuyer,
    reasons: [],
    async preview(db, { content: { buyerId } }) {
      const { bannedUntil } = await selectApiBuyer(db, buyerId);
      if (bannedUntil === null || bannedUntil <= clock.now()) throw new DeskRefusal("already_done");
      const before = `stopped until ${bannedUntil.toISOString()}`;
      return {
        facts: [{ label: "Guard of codes", before, after: "may buy" }],
        warnings: ["What ended until now is not counted again."],
      };
    },
    async apply(tx, { staff, content: { buyerId }, updateId, at }) {
      const { bannedUntil } = await selectApiBuyer(tx, buyerId);
      if (!(await liftApiBan(tx, buyerId, at))) throw new DeskRefusal("already_done");
      await writeAudit(tx, {
        ...{ actor: actorOf(staff.telegramId), action: "API ban lifted", subjectKind: "buyer" as const },
        ...{ subject: buyerId, buyerId, before: { bannedUntil: bannedUntil?.toISOString() ?? null } },
        ...{ after: { bannedUntil: null }, updateId, at },
      });
      return { note: "The keys may buy again." };
    },
  });
}
