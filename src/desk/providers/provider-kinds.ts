import { z } from "zod";
import { actorOf } from "../../core/staff.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { readSetting, writeSetting } from "../../db/queries/settings.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { topupLinkKey } from "./providers.ts";

/** Addresses of providers' own pages: what an operator opens with money in mind has to be https. */
export const linkSchema = z.url({ protocol: /^https$/ }).max(300);

const linkChange = z.object({ provider: z.string().max(40), link: linkSchema });

/** What operators keep about providers: where they top them up. */
export function providerKinds(): readonly AnyDraftKind[] {
  return [
    draftKind({
      name: "provider.link",
      title: "Save the top-up link",
      right: "switches",
      content: linkChange,
      reasons: [],
      async preview(db, { content }) {
        const before = (await readSetting(db, topupLinkKey(content.provider))) ?? "none";
        return { facts: [{ label: content.provider, before, after: content.link }] };
      },
      async apply(tx, { staff, content: { provider, link }, updateId, at }) {
        const key = topupLinkKey(provider);
        const before = (await readSetting(tx, key)) ?? null;
        await writeSetting(tx, key, link, at);
        await writeAudit(tx, {
          actor: actorOf(staff.telegramId),
          action: "top-up link changed",
          subjectKind: "provider",
          subject: provider,
          before: { link: before },
          after: { link },
          updateId,
          at,
        });
        return { note: "Saved." };
      },
    }),
  ];
}
