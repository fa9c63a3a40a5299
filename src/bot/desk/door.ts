import { DeskRefusal } from "../../core/desk-refusal.ts";
import { ShopError } from "../../core/errors.ts";
import { hasRight, type Right, type Staff } from "../../core/staff.ts";
import type { StaffBook } from "../../desk/staff/staff.ts";
import { textsFor } from "../../texts/index.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { refusalText } from "../../texts/operator/refusals.ts";
import { encodePlace, homePlace, type Place } from "./place.ts";
import type { Action, DeskCard, DeskFile, Outcome, Screen, Typed } from "./screen.ts";

export interface DoorDeps {
  readonly staff: Pick<StaffBook, "find" | "noteRefusal">;
  /** Home first. */
  readonly screens: readonly Screen[];
}

export interface Knock {
  readonly telegramId: number;
  readonly place: Place;
  readonly updateId: number;
  readonly typed: Typed | null;
  /** Our @name at Telegram. */
  readonly botName: string;
}

export type Reply =
  /** `toast`: what was done, as HTML; for the answer to the tap. */
  | { readonly kind: "card"; readonly card: DeskCard; readonly toast?: string }
  /** A question: what is typed next goes to `to`. */
  | { readonly kind: "ask"; readonly card: DeskCard; readonly to: Place }
  /** What was typed is not understood: the question stays open. */
  | { readonly kind: "again"; readonly card: DeskCard }
  | { readonly kind: "file"; readonly file: DeskFile };

/** The one way into the desk. */
export interface Door {
  /**
   * Reads who this is from the database, checks the right of the place, does what was asked for and says what to show.
   * Undefined: for this person there is no desk.
   */
  knock(knock: Knock): Promise<Reply | undefined>;
}

/** What the chat needs of the desk. */
export interface Desk {
  readonly staff: StaffBook;
  readonly door: Door;
  /** Where the text after /admin goes. */
  readonly searchPlace: Place | null;
}

export function createDoor({ staff: book, screens }: DoorDeps): Door {
  const byId = new Map(screens.map((screen) => [screen.id, screen]));
  if (byId.size !== screens.length) throw new Error("two screens of the desk have the same id");

  async function show(staff: Staff, place: Place, knock: Knock, note?: string): Promise<Reply> {
    const { updateId, botName } = knock;
    const screen = byId.get(place.screen);
    if (!screen) return await show(staff, homePlace, knock, note ?? deskTexts.stale);
    if (!hasRight(staff.role, screen.right)) return await refuse(staff, place, screen.right, knock);
    try {
      const card = await screen.show({ staff, args: place.args, updateId, botName });
      return note === undefined
        ? { kind: "card", card }
        : { kind: "card", card: withNote(card, note), toast: note };
    } catch (error) {
      const why = explain(error);
      // Home always can be shown; where it cannot, the error is the shop's.
      if (why === undefined || place.screen === homePlace.screen) throw error;
      return await show(staff, homePlace, knock, why);
    }
  }

  async function refuse(staff: Staff, place: Place, right: Right, knock: Knock): Promise<Reply> {
    const { updateId } = knock;
    await book.noteRefusal({ staff, right, place: encodePlace({ ...place, args: [] }), updateId });
    return await show(staff, homePlace, knock, refusalText("no_right", {}));
  }

  async function run(staff: Staff, action: Action, knock: Knock): Promise<Reply> {
    const { place, updateId, botName, typed } = knock;
    const outcome = await attempt(() => action.run({ staff, args: place.args, updateId, botName, typed }));
    if (typeof outcome === "string") {
      if (typed !== null) return { kind: "again", card: { html: outcome, rows: backRow(homePlace) } };
      return await show(staff, { ...place, action: null }, knock, outcome);
    }
    switch (outcome.kind) {
      case "go":
        return await show(staff, outcome.to, knock, outcome.note);
      case "ask":
        return {
          kind: "ask",
          card: { html: deskTexts.asked(outcome.prompt), rows: backRow(outcome.back) },
          to: outcome.to,
        };
      case "again":
        return { kind: "again", card: { html: outcome.why, rows: backRow(homePlace) } };
      case "card":
      case "file":
        return outcome;
    }
  }

  return {
    async knock(knock) {
      const { telegramId, place, typed } = knock;
      const staff = await book.find(telegramId);
      if (!staff || !hasRight(staff.role, "see")) return undefined;
      if (place.action === null) return await show(staff, place, knock);
      const action = actionOf(byId.get(place.screen), place.action);
      const takes = typed === null ? "tap" : "text";
      if (action?.takes !== takes) return await show(staff, homePlace, knock, deskTexts.stale);
      if (!hasRight(staff.role, action.right)) return await refuse(staff, place, action.right, knock);
      return await run(staff, action, knock);
    },
  };
}

function actionOf(screen: Screen | undefined, name: string): Action | undefined {
  const actions = screen?.actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}

/** The outcome, or why there is none. */
async function attempt(work: () => Promise<Outcome>): Promise<Outcome | string> {
  try {
    return await work();
  } catch (error) {
    const why = explain(error);
    if (why === undefined) throw error;
    return why;
  }
}

function explain(error: unknown): string | undefined {
  if (error instanceof DeskRefusal) return refusalText(error.code, error.facts);
  return error instanceof ShopError ? textsFor("en").errors[error.code] : undefined;
}

function withNote(card: DeskCard, note: string): DeskCard {
  return { ...card, html: `${note}\n\n${card.html}` };
}

function backRow(to: Place): DeskCard["rows"] {
  return [[{ label: deskTexts.back, to }]];
}
