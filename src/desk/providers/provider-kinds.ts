import { z } from "zod";
import { actorOf } from "../../core/staff.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { readSetting, writeSetting } from "../../db/queries/settings.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { topupLinkKey } from "./providers.ts";
import { QUIET_HOURS, readQuietHours } from "./quiet-hours.ts";

/** Addresses of providers' own pages: what an operator opens with money in mind has to be https. */
export const linkSchema = z.url({ protocol: /^https$/ }).max(300);

const linkChange = z.object({ provider: z.string().max(40), link: linkSchema });
const hour = z.number().int().min(0).max(23);
const quietChange = z.object({
  hours: z.object({ from: hour, to: hour, zone: z.string().max(60) }).nullable(),
});

/** What operators keep about providers: where they top them up, and when alerts wait. */
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
    draftKind({
      name: "alerts.quiet",
      title: "Change the quiet hours",
      right: "settings",
      content: quietChange,
      reasons: [],
      async preview(db, { content }) {
        const before = textOf(readQuietHours(await readSetting(db, QUIET_HOURS)));
        return { facts: [{ label: "Alerts wait", before, after: textOf(content.hours) }] };
      },
      async apply(tx, { staff, content: { hours }, updateId, at }) {
        const before = textOf(readQuietHours(await readSetting(tx, QUIET_HOURS)));
        await writeSetting(tx, QUIET_HOURS, JSON.stringify(hours), at);
        await writeAudit(tx, {
          actor: actorOf(staff.telegramId),
          action: "quiet hours changed",
          subjectKind: "setting",
          subject: QUIET_HOURS,
          before: { hours: before },
          after: { hours: textOf(hours) },
          updateId,
          at,
        });
        return { note: "Saved." };
      },
    }),
  ];
}

function textOf(hours: { readonly from: number; readonly to: number; readonly zone: string } | null): string {
  return hours === null ? "never" : `${hours.from}:00 to ${hours.to}:00, ${hours.zone}`;
}
