/**
 * Where in the desk somebody wants to go: a screen, or one of its actions, with its arguments. What a button of the desk
 * says, and what a question of the desk leads to. Ids and page numbers only, never an amount: everything is read again,
 * and the right is checked, when it is pressed.
 */
export interface Place {
  readonly screen: string;
  /** Null: look at the screen. */
  readonly action: string | null;
  readonly args: readonly string[];
}

const MAX_BYTES = 64;
const SCREEN = "[a-z]{1,2}";
const ACTION = "[A-Za-z0-9]{1,2}";
/** What the menu plugin takes for its own has a slash, so no argument may. */
const ARG = "[A-Za-z0-9_~.*+-]{0,40}";
const PATTERN = new RegExp(`^D(${SCREEN})(?:!(${ACTION}))?((?::${ARG})*)$`);

/** The place as text of at most 64 bytes. Throws for arguments that do not fit: use a short id (core/ids.ts). */
export function encodePlace(place: Place): string {
  const action = place.action === null ? "" : `!${place.action}`;
  const text = `D${place.screen}${action}${place.args.map((arg) => `:${arg}`).join("")}`;
  if (Buffer.byteLength(text) > MAX_BYTES || decodePlace(text) === undefined) {
    throw new Error(`cannot encode a place of the screen ${place.screen}`);
  }
  return text;
}

/** The inverse of {@link encodePlace}; undefined for anything else, whatever it is. */
export function decodePlace(text: string): Place | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const match = PATTERN.exec(text);
  const screen = match?.[1];
  if (!match || screen === undefined) return undefined;
  const args = (match[3] ?? "").split(":").slice(1);
  return { screen, action: match[2] ?? null, args };
}

/** A screen. */
export function at(screen: string, ...args: readonly (string | number)[]): Place {
  return { screen, action: null, args: args.map(String) };
}

/** An action of a screen. */
export function act(screen: string, action: string, ...args: readonly (string | number)[]): Place {
  return { screen, action, args: args.map(String) };
}

export const homePlace = at("h");
