import { hasRight, type Role, type Staff } from "../../core/staff.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { at, homePlace } from "./place.ts";
import type { DeskButton, DeskCard, Screen } from "./screen.ts";

const WIDTH = 2;

/** The first screen: what stands on the screens that this person may see, and the way to each. */
export function createHomeScreen(others: readonly Screen[]): Screen {
  const seenBy = (role: Role): readonly Screen[] => others.filter((screen) => hasRight(role, screen.right));
  return {
    id: homePlace.screen,
    right: "see",
    async show({ staff }) {
      const screens = seenBy(staff.role);
      const headlines = await Promise.all(screens.map((screen) => screen.headline?.(staff) ?? null));
      const facts = headlines.filter((line) => line !== null);
      return {
        html: [titleOf(staff), ...facts].join("\n"),
        rows: [...entries(screens), [refresh]],
      };
    },
  };
}

const refresh: DeskButton = { label: deskTexts.refresh, to: homePlace };

function titleOf({ role }: Staff): string {
  return `${bold(escapeHtml(deskTexts.title))} · ${role}`;
}

function entries(screens: readonly Screen[]): DeskCard["rows"] {
  const listed = screens
    .flatMap(({ id, entry }) =>
      entry ? [{ label: entry.label, order: entry.order, to: entry.to ?? at(id) }] : [],
    )
    .sort((a, b) => a.order - b.order);
  const rows: DeskButton[][] = [];
  for (let start = 0; start < listed.length; start += WIDTH) rows.push(listed.slice(start, start + WIDTH));
  return rows;
}
