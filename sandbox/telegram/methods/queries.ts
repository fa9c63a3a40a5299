import { z } from "zod";
import { formatText, MESSAGE_TEXT } from "../entities.ts";
import { badRequest } from "../errors.ts";
import { parseReplyMarkup } from "../keyboard.ts";
import { flag, json, optionalInteger, optionalText, text } from "../params.ts";
import type { InlineResult } from "../world.ts";
import { type MethodTable, method } from "./method.ts";

const MAX_TOAST = 200;
const MAX_INLINE_RESULTS = 50;
const MAX_ID_BYTES = 64;

const answerCallbackQuery = method(
  z.object({
    callback_query_id: text,
    text: optionalText,
    show_alert: flag,
    url: optionalText,
    cache_time: optionalInteger,
  }),
  (world, params) => {
    if ([...(params.text ?? "")].length > MAX_TOAST) throw badRequest("MESSAGE_TOO_LONG");
    world.callbacks.answer(params.callback_query_id, {
      text: params.text === "" ? undefined : params.text,
      showAlert: params.show_alert,
      url: params.url,
    });
    return true;
  },
);

/** Only articles with a text: other result kinds are refused as unsupported here. */
const resultSchema = z.object({
  type: z.string(),
  id: z.string(),
  title: z.string().min(1),
  description: z.string().optional(),
  input_message_content: z.object({
    message_text: z.string(),
    parse_mode: z.string().optional(),
    entities: z.unknown().optional(),
  }),
  reply_markup: z.unknown().optional(),
});

const answerInlineQuery = method(
  z.object({
    inline_query_id: text,
    results: json(z.array(z.unknown())),
    cache_time: optionalInteger,
    is_personal: flag,
    next_offset: optionalText,
    button: json(z.unknown()),
  }),
  (world, params) => {
    if (params.results.length > MAX_INLINE_RESULTS) throw badRequest("RESULTS_TOO_MUCH");
    const nextOffset = params.next_offset ?? "";
    if (Buffer.byteLength(nextOffset) > MAX_ID_BYTES) throw badRequest("NEXT_OFFSET_INVALID");
    const results = params.results.map(parseResult);
    if (new Set(results.map(({ id }) => id)).size !== results.length) throw badRequest("RESULT_ID_DUPLICATE");
    world.inlineQueries.answer(params.inline_query_id, { results, nextOffset });
    return true;
  },
);

function parseResult(raw: unknown): InlineResult {
  const parsed = resultSchema.safeParse(raw);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".") ?? "";
    throw badRequest(`Can't parse inline query result: Can't find field "${field}"`);
  }
  const { type, id, title, description, input_message_content: input } = parsed.data;
  if (type !== "article") throw badRequest("RESULT_TYPE_INVALID");
  const idBytes = Buffer.byteLength(id);
  if (idBytes < 1 || idBytes > MAX_ID_BYTES) throw badRequest("RESULT_ID_INVALID");
  const options = { parseMode: input.parse_mode, entities: input.entities };
  const body = formatText(input.message_text, options, MESSAGE_TEXT);
  const buttons = parseReplyMarkup(parsed.data.reply_markup).inline;
  return { id, title, description, content: { kind: "text", body }, buttons };
}

export const queryMethods: MethodTable = { answerCallbackQuery, answerInlineQuery };
