import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/client.ts";
import { createTestDesk, type Operator } from "../../test/support/desk.ts";
import { size } from "./long-history.ts";

const FIRST_OWNER = 900_001;
const OWNERS = 200;
/** Somewhere in the last days, so that it is found among many. */
const ORDER = size.orders - 4_711;

export interface DeskWay {
  readonly name: string;
  /** `run`: the how many-th time; searches of one person are limited, so each time is another owner's. */
  go(run: number): Promise<unknown>;
}

/** Every screen of the desk as it is opened from home, what a search takes, and the cards that it leads to. */
export function deskWays(db: Database): readonly DeskWay[] {
  const ownerIds = Array.from({ length: OWNERS }, (_, place) => FIRST_OWNER + place);
  const desk = createTestDesk({ db }, systemClock, ownerIds);
  const operators = ownerIds.map((id) => desk.operator(id));
  const operator = (run: number): Operator => {
    const found = operators[run % OWNERS];
    if (!found) throw new Error("there is no operator");
    return found;
  };
  // A card without its id only leads home.
  const opened = desk.screens.flatMap(({ id, entry }) => {
    if (!entry && id !== "h") return [];
    const go = (run: number): Promise<unknown> => operator(run).open({ screen: id, action: null, args: [] });
    return [{ name: `screen: ${entry?.label ?? "home"}`, go }];
  });
  return [
    ...opened,
    ...searches.map(([name, text]) => ({ name, go: (run: number) => find(operator(run), text) })),
  ];
}

const searches = [
  ["find an order by its id, its card", ORDER.toString(16).padStart(32, "0")],
  ["find an order by its number, its card", `+44${ORDER}`],
  ["find by the last six digits of a number", String(ORDER).slice(-6)],
  ["find by the last four digits of a number", String(ORDER).slice(-4)],
  ["find a buyer by @name, their card", "@name77777"],
  ["find a buyer of many orders by Telegram id, their card", "1"],
  ["find by a provider's id", `u${ORDER}`],
  ["find what does not exist", "no-such-thing-anywhere"],
] as const;

async function find(operator: Operator, text: string): Promise<void> {
  await operator.open({ screen: "f", action: "a", args: [] });
  await operator.type(text);
}
