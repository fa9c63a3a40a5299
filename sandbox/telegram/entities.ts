import { z } from "zod";
import { badRequest } from "./errors.ts";
import { parseHtml, sortEntities, unparsable } from "./html.ts";
import type { Entity, FormattedText } from "./types.ts";

const entitySchema = z.object({
  type: z.string(),
  offset: z.int().min(0),
  length: z.int().min(0),
  url: z.string().optional(),
  language: z.string().optional(),
  custom_emoji_id: z.string().optional(),
  unix_time: z.int().optional(),
  date_time_format: z.string().optional(),
});

/** The entities that Telegram detects in a text, in order of precedence. */
const DETECTED: readonly { readonly type: string; readonly pattern: RegExp }[] = [
  { type: "url", pattern: /https?:\/\/[^\s<>"]+[^\s<>".,!?)]/g },
  { type: "bot_command", pattern: /(?<![\w/<>])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])/g },
  { type: "mention", pattern: /(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}\b/g },
  { type: "hashtag", pattern: /(?<![\w#&])#[\p{L}_][\p{L}\p{N}_]*/gu },
];

export interface TextRules {
  readonly maxLength: number;
  readonly empty: string | undefined;
  readonly tooLong: string;
}

export const MESSAGE_TEXT: TextRules = {
  maxLength: 4096,
  empty: "message text is empty",
  tooLong: "message is too long",
};
export const CAPTION_TEXT: TextRules = {
  maxLength: 1024,
  empty: undefined,
  tooLong: "message caption is too long",
};

/**
 * The text of a send or edit: markup parsed, ends trimmed, own entities checked, links and commands detected.
 * Throws the Bot API's refusals for bad markup, an empty text and a text over the limit (after parsing).
 */
export function formatText(
  raw: string,
  options: { parseMode?: string | undefined; entities?: unknown },
  rules: TextRules,
): FormattedText {
  const given = trim(parse(raw, options.parseMode, options.entities));
  if (given.text === "" && rules.empty !== undefined) throw badRequest(rules.empty);
  if ([...given.text].length > rules.maxLength) throw badRequest(rules.tooLong);
  return { text: given.text, entities: sortEntities([...given.entities, ...detect(given)]) };
}

/** The text a person types: no markup, only what Telegram detects. */
export function typedText(raw: string): FormattedText {
  const given = trim({ text: raw, entities: [] });
  return { text: given.text, entities: sortEntities(detect(given)) };
}

function parse(raw: string, parseMode: string | undefined, entities: unknown): FormattedText {
  if (parseMode !== undefined && parseMode !== "") {
    if (parseMode.toLowerCase() !== "html") throw badRequest("unsupported parse_mode");
    return parseHtml(raw);
  }
  if (entities === undefined) return { text: raw, entities: [] };
  const parsed = z.array(entitySchema).safeParse(entities);
  if (!parsed.success) throw unparsable("expected an Array of MessageEntity");
  for (const { offset, length } of parsed.data) {
    if (offset >= raw.length && length > 0) {
      throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
    }
    if (offset + length > raw.length) {
      throw badRequest(`entity ends after the end of the text at UTF-16 offset ${offset + length}`);
    }
  }
  return { text: raw, entities: parsed.data.filter(({ length }) => length > 0) };
}

/** Removes white space at both ends, as Telegram does, and adjusts the entities. */
function trim({ text, entities }: FormattedText): FormattedText {
  const lead = text.length - text.trimStart().length;
  const trimmed = text.trim();
  const moved = entities.flatMap((entity) => {
    const start = Math.max(0, entity.offset - lead);
    const end = Math.min(trimmed.length, entity.offset + entity.length - lead);
    return end > start ? [{ ...entity, offset: start, length: end - start }] : [];
  });
  return { text: trimmed, entities: moved };
}

function detect({ text, entities }: FormattedText): Entity[] {
  const opaque = new Set(["code", "pre", "text_link", "text_mention", "url", "bot_command", "mention"]);
  const taken = entities.filter(({ type }) => opaque.has(type));
  const found: Entity[] = [];
  for (const { type, pattern } of DETECTED) {
    for (const match of text.matchAll(pattern)) {
      const entity: Entity = { type, offset: match.index, length: match[0].length };
      if ([...taken, ...found].every((other) => !overlap(entity, other))) found.push(entity);
    }
  }
  return found;
}

function overlap(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
