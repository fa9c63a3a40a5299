/** The body of an upstream's answer, by its kind. */
export type Body =
  | { readonly kind: "json"; readonly value: unknown }
  /** One line of plain text, as the handler_api protocol answers. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "html" }
  | { readonly kind: "empty" }
  /** Starts like JSON but cannot be parsed: cut off, broken, or nested deeper than MAX_DEPTH. */
  | { readonly kind: "truncated" };

const JSON_TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_DIGITS = /\d{16}/;
/** Digits of an integer that a double always holds exactly. */
const SAFE_DIGITS = 15;
/** JSON.parse needs seconds for millions of nested brackets, and blocks the whole process meanwhile. */
const MAX_DEPTH = 200;

/** Parses a body. Integers too large for a double become strings, so that ids keep every digit. */
export function parseBody(raw: string): Body {
  const text = raw.replace(/^\uFEFF/, "").trim();
  if (text === "") return { kind: "empty" };
  if (looksLikeHtml(text)) return { kind: "html" };
  if (!/^[[{"]/.test(text)) return { kind: "text", text };
  if (isTooDeep(text)) return { kind: "truncated" };
  try {
    const parsed: unknown = JSON.parse(text);
    // Only after JSON.parse accepted the text: the regular expression is very slow on text with unpaired quotes.
    const value: unknown = LONG_DIGITS.test(text) ? JSON.parse(keepDigits(text)) : parsed;
    // Some suppliers put quotes around their one-line answers.
    return typeof value === "string" ? { kind: "text", text: value.trim() } : { kind: "json", value };
  } catch {
    return { kind: "truncated" };
  }
}

/** True for an HTML page, such as a proxy's error or a log-in form. */
export function looksLikeHtml(text: string): boolean {
  return text.trimStart().startsWith("<");
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString && character === "\\") index += 1;
    else if (character === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Puts quotes around the integers that JSON.parse would round. */
function keepDigits(text: string): string {
  return text.replace(JSON_TOKENS, (token) =>
    /^-?\d+$/.test(token) && token.length > SAFE_DIGITS ? `"${token}"` : token,
  );
}
