import { DeskRefusal } from "../../core/desk-refusal.ts";
import { type AppointableRole, appointableRoles } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { fact, personOf, stamp, title } from "../../texts/operator/cards.ts";
import { staffTexts as texts } from "../../texts/operator/queue.ts";
import { lastRow, places } from "./lists.ts";
import { act, at } from "./place.ts";
import { type DeskCard, go, type Screen } from "./screen.ts";

const ID = "st";

/** Who works here. Owners come from the environment alone; colleagues by one-time links. */
export function createStaffScreen({ staff: book }: Pick<DeskServices, "staff">): Screen {
  const show = async (): Promise<DeskCard> => {
    const colleagues = await book.list();
    const rows = colleagues.map(({ telegramId, role }) => [
      { label: `${telegramId} · ${role}`, to: at(ID, telegramId) },
    ]);
    return {
      html: [
        title(texts.entry),
        texts.owners(book.ownerIds),
        ...(rows.length === 0 ? [texts.nobody] : []),
      ].join("\n"),
      rows: [
        ...rows,
        appointableRoles.map((role) => ({ label: texts.add(role), to: act(ID, "l", role) })),
        ...lastRow(),
      ],
    };
  };
  return {
    id: ID,
    right: "staff",
    entry: { label: texts.entry, order: 130 },
    show: ({ args: [arg] }) => (arg === undefined ? show() : colleagueCard(book, arg)),
    actions: {
      l: {
        right: "staff",
        takes: "tap",
        async run({ staff, args, updateId, botName }) {
          const role = roleOf(args[0]);
          const token = await book.makeLink({ staff, role, updateId });
          return {
            kind: "card",
            card: { html: texts.link(role, token, botName), rows: lastRow(places.staff) },
          };
        },
      },
      c: {
        right: "staff",
        takes: "tap",
        async run({ staff, args, updateId }) {
          const telegramId = idOf(args[0]);
          await book.changeRole({ staff, telegramId, role: roleOf(args[1]), updateId });
          return go(at(ID, telegramId), texts.changed);
        },
      },
      x: {
        right: "staff",
        takes: "tap",
        async run({ staff, args, updateId }) {
          await book.changeRole({ staff, telegramId: idOf(args[0]), role: null, updateId });
          return go(places.staff, texts.removed);
        },
      },
    },
  };
}

function roleOf(arg: string | undefined): AppointableRole {
  const role = appointableRoles.find((known) => known === arg);
  if (role === undefined) throw new DeskRefusal("not_found");
  return role;
}

function idOf(arg: string | undefined): number {
  const id = /^\d{1,15}$/.test(arg ?? "") ? Number(arg) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new DeskRefusal("not_found");
  return id;
}

async function colleagueCard(book: DeskServices["staff"], arg: string): Promise<DeskCard> {
  const colleague = (await book.list()).find(({ telegramId }) => telegramId === idOf(arg));
  if (!colleague) throw new DeskRefusal("not_found");
  const { telegramId, role, addedBy, addedAt, seenAt, actionsThisWeek } = colleague;
  const others = appointableRoles.filter((other) => other !== role);
  return {
    html: [
      `${title(role)} ${personOf(telegramId)}`,
      fact("Added", `${stamp(addedAt)} by ${addedBy}`),
      fact("Last seen", seenAt === null ? "never" : stamp(seenAt)),
      fact("Entries in the audit log this week", actionsThisWeek),
    ].join("\n"),
    rows: [
      others.map((other) => ({ label: texts.makeRole(other), to: act(ID, "c", telegramId, other) })),
      [{ label: texts.remove, to: act(ID, "x", telegramId) }],
      ...lastRow(places.staff),
    ],
  };
}
