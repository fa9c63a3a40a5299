import type { Right, Staff } from "../../core/staff.ts";
import type { Place } from "./place.ts";

export type DeskButton =
  | { readonly label: string; readonly to: Place }
  | { readonly label: string; readonly url: string };

/** What a screen shows: HTML, and the buttons under it. */
export interface DeskCard {
  readonly html: string;
  readonly rows: readonly (readonly DeskButton[])[];
  /** A picture above the text, by its file id at Telegram. */
  readonly photoFileId?: string | null;
}

/** Somebody looks at a screen. Who they are was read for this very tap. */
export interface Visit {
  readonly staff: Staff;
  readonly args: readonly string[];
  /** Of the update that led here. */
  readonly updateId: number;
  /** Our @name at Telegram, for links. */
  readonly botName: string;
}

/** What somebody typed or sent as the answer to a question of the desk. */
export interface Typed {
  readonly text: string;
  readonly photoFileId: string | null;
  /** The Telegram id of the person whose message was forwarded; null: not forwarded, or Telegram does not tell. */
  readonly forwardedFrom: number | null;
}

export interface Deed extends Visit {
  /** Never null for an action that takes "text". */
  readonly typed: Typed | null;
}

export interface DeskFile {
  readonly name: string;
  readonly caption: string;
  /** True: shown as a picture. */
  readonly isPicture: boolean;
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** What an action leads to. `note` and `prompt` and `why` are HTML. */
export type Outcome =
  | { readonly kind: "go"; readonly to: Place; readonly note?: string }
  /** What no place leads to: a list of hits, a link that is shown once. */
  | { readonly kind: "card"; readonly card: DeskCard }
  /** Asks for something typed; `to` is an action that takes "text", `back` where the button under the question leads. */
  | { readonly kind: "ask"; readonly prompt: string; readonly to: Place; readonly back: Place }
  /** What was typed is not understood; the question stays open. */
  | { readonly kind: "again"; readonly why: string }
  | { readonly kind: "file"; readonly file: DeskFile };

export interface Action {
  readonly right: Right;
  /** "tap": for a button. "text": for the answer to a question; no button leads here. */
  readonly takes: "tap" | "text";
  /** Throws DeskRefusal or ShopError for what cannot be done; the screen is shown again with the reason. */
  run(deed: Deed): Promise<Outcome>;
}

/** A screen of the desk. Made by a function of its services; knows nothing of Telegram. */
export interface Screen {
  /** One or two small letters, unique. */
  readonly id: string;
  readonly right: Right;
  /** Its button on the home screen; left out: none leads there from home. Lower orders come first. */
  readonly entry?: {
    readonly label: string;
    readonly order: number;
    /** Left out: the screen itself. */
    readonly to?: Place;
  };
  /** A line of HTML for the home screen of those who may see this screen; null: nothing to say. */
  headline?(staff: Staff): Promise<string | null>;
  show(visit: Visit): Promise<DeskCard>;
  readonly actions?: Readonly<Record<string, Action>>;
}

export function go(to: Place, note?: string): Outcome {
  return note === undefined ? { kind: "go", to } : { kind: "go", to, note };
}
