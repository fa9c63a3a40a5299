import { badRequest } from "./errors.ts";
import type { Entity, FormattedText } from "./types.ts";

/** Tags of the HTML parse mode (Bot API, "HTML style") and the entity each one makes. */
const ENTITY_BY_TAG: Readonly<Record<string, string>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  span: "spoiler",
  code: "code",
  pre: "pre",
  a: "text_link",
  blockquote: "blockquote",
  "tg-emoji": "custom_emoji",
  "tg-time": "date_time",
};

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
const CHARACTER = /^&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-f]{1,6}));?/i;
const ATTRIBUTE = /^\s*([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?/;
const DATE_TIME_FORMAT = /^(?:r|w?[dD]?[tT]?)$/;

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where its text starts in the output, in UTF-16 units. */
  readonly start: number;
}

/** Reads `parse_mode: "HTML"`; throws "can't parse entities: ..." as Telegram does. Text is not trimmed here. */
export function parseHtml(html: string): FormattedText {
  let text = "";
  let position = 0;
  const open: OpenTag[] = [];
  const entities: Entity[] = [];

  while (position < html.length) {
    const character = html.charAt(position);
    if (character === "<" && html.charAt(position + 1) === "/") {
      const tag = open.pop();
      position = readEndTag(html, position, tag);
      const entity = tag && toEntity(tag, text);
      if (entity) pushEntity(entities, entity);
    } else if (character === "<") {
      const { name, attributes, next } = readStartTag(html, position);
      open.push({ name, attributes, start: text.length });
      position = next;
    } else {
      const { decoded, next } = readCharacter(html, position);
      text += decoded;
      position = next;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw unparsable(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { text, entities: sortEntities(entities) };
}

/** Sorts entities as Telegram returns them: by position, outer entities first. */
export function sortEntities(entities: readonly Entity[]): Entity[] {
  return [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
}

/** The "can't parse entities" refusal. */
export function unparsable(reason: string): Error {
  return badRequest(`Can't parse entities: ${reason}`);
}

function readStartTag(
  html: string,
  begin: number,
): { name: string; attributes: ReadonlyMap<string, string>; next: number } {
  const name = (/^[^\s>]*/.exec(html.slice(begin + 1))?.[0] ?? "").toLowerCase();
  if (begin + 1 + name.length >= html.length) throw unparsable(`Unclosed start tag${at(html, begin)}`);
  if (!Object.hasOwn(ENTITY_BY_TAG, name)) {
    throw unparsable(`Unsupported start tag "${name}"${at(html, begin)}`);
  }
  const attributes = new Map<string, string>();
  let next = begin + 1 + name.length;
  for (;;) {
    const rest = html.slice(next);
    const gap = /^\s*/.exec(rest)?.[0].length ?? 0;
    if (rest.charAt(gap) === ">") return checked(html, begin, name, attributes, next + gap + 1);
    const match = ATTRIBUTE.exec(rest);
    if (!match) throw unparsable(`Unclosed start tag${at(html, begin)}`);
    attributes.set(
      (match[1] ?? "").toLowerCase(),
      decodeAll((match[2] ?? "").replace(/^(["'])(.*)\1$/s, "$2")),
    );
    next += match[0].length;
  }
}

function checked(
  html: string,
  begin: number,
  name: string,
  attributes: ReadonlyMap<string, string>,
  next: number,
): { name: string; attributes: ReadonlyMap<string, string>; next: number } {
  if (name === "span" && attributes.get("class") !== "tg-spoiler") {
    throw unparsable(`Tag "span" must have class "tg-spoiler"${at(html, begin)}`);
  }
  if (name === "tg-emoji" && !/^\d+$/.test(attributes.get("emoji-id") ?? "")) {
    throw unparsable("Invalid custom emoji identifier specified");
  }
  // The wording of these two is a guess: the public server's source predates the tag.
  if (name === "tg-time" && !/^\d{1,10}$/.test(attributes.get("unix") ?? "")) {
    throw unparsable(`Tag "tg-time" must have a valid Unix time${at(html, begin)}`);
  }
  if (name === "tg-time" && !DATE_TIME_FORMAT.test(attributes.get("format") ?? "")) {
    throw unparsable(`Tag "tg-time" has an invalid format${at(html, begin)}`);
  }
  return { name, attributes, next };
}

/** Returns the place after the end tag; `tag` is the innermost open one. */
function readEndTag(html: string, begin: number, tag: OpenTag | undefined): number {
  if (!tag) throw unparsable(`Unexpected end tag${at(html, begin)}`);
  const match = /^<\/([^\s>]*)\s*>/.exec(html.slice(begin));
  if (!match) throw unparsable(`Unclosed end tag${at(html, begin)}`);
  const name = (match[1] ?? "").toLowerCase();
  // "</>" closes whatever is open.
  if (name !== "" && name !== tag.name) {
    throw unparsable(`Unmatched end tag${at(html, begin)}, expected "</${tag.name}>", found "</${name}>"`);
  }
  return begin + match[0].length;
}

function toEntity(tag: OpenTag, text: string): Entity | undefined {
  const length = text.length - tag.start;
  if (length === 0) return undefined;
  const type = ENTITY_BY_TAG[tag.name] ?? tag.name;
  const base = { type, offset: tag.start, length };
  switch (tag.name) {
    case "a": {
      const url = tag.attributes.get("href") || text.slice(tag.start);
      return URL.canParse(url) ? { ...base, url } : undefined;
    }
    case "tg-emoji":
      return { ...base, custom_emoji_id: tag.attributes.get("emoji-id") ?? "" };
    case "tg-time":
      return {
        ...base,
        unix_time: Number(tag.attributes.get("unix")),
        date_time_format: tag.attributes.get("format") ?? "",
      };
    case "blockquote":
      return tag.attributes.has("expandable") ? { ...base, type: "expandable_blockquote" } : base;
    case "code": {
      const language = /^language-(.+)$/.exec(tag.attributes.get("class") ?? "")?.[1];
      return language === undefined ? base : { ...base, language };
    }
    default:
      return base;
  }
}

/** `<pre><code class="language-x">` is one "pre" entity with a language. Elsewhere a language is ignored. */
function pushEntity(entities: Entity[], entity: Entity): void {
  const last = entities.at(-1);
  if (entity.type === "pre" && last?.type === "code" && sameSpan(last, entity)) {
    entities.pop();
    entities.push(last.language === undefined ? entity : { ...entity, language: last.language });
    return;
  }
  entities.push(entity);
}

function sameSpan(a: Entity, b: Entity): boolean {
  return a.offset === b.offset && a.length === b.length;
}

function readCharacter(html: string, begin: number): { decoded: string; next: number } {
  const character = html.charAt(begin);
  const match = character === "&" ? CHARACTER.exec(html.slice(begin, begin + 12)) : null;
  if (!match) return { decoded: character, next: begin + 1 };
  const code = match[2] !== undefined ? Number(match[2]) : Number.parseInt(match[3] ?? "", 16);
  const named = match[1] === undefined ? undefined : NAMED_CHARACTERS[match[1].toLowerCase()];
  const isCode = code > 0 && code <= 0x10ffff;
  const decoded = named ?? (isCode ? String.fromCodePoint(code) : match[0]);
  return { decoded, next: begin + match[0].length };
}

function decodeAll(value: string): string {
  let decoded = "";
  for (let position = 0; position < value.length; ) {
    const read = readCharacter(value, position);
    decoded += read.decoded;
    position = read.next;
  }
  return decoded;
}

function at(html: string, position: number): string {
  return ` at byte offset ${Buffer.byteLength(html.slice(0, position))}`;
}
