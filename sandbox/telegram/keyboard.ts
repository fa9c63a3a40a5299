import { z } from "zod";
import { badRequest } from "./errors.ts";
import type { ButtonRows, InlineButton } from "./types.ts";

/** Telegram's limits (tdlib/td issues and reports): inline rows hold 8 buttons, a keyboard holds 100. */
const MAX_PER_ROW = 8;
const MAX_BUTTONS = 100;
const MAX_CALLBACK_DATA_BYTES = 64;
const MAX_COPY_TEXT = 256;

const ACTIONS = [
  "url",
  "callback_data",
  "pay",
  "switch_inline_query",
  "switch_inline_query_chosen_chat",
  "switch_inline_query_current_chat",
  "login_url",
  "web_app",
  "copy_text",
  "disabled",
] as const;

const buttonSchema = z.object({
  text: z.string(),
  style: z.string().optional(),
  url: z.string().optional(),
  callback_data: z.string().optional(),
  pay: z.boolean().optional(),
  switch_inline_query: z.string().optional(),
  switch_inline_query_current_chat: z.string().optional(),
  switch_inline_query_chosen_chat: z.looseObject({}).optional(),
  login_url: z.looseObject({ url: z.string() }).optional(),
  web_app: z.object({ url: z.string() }).optional(),
  copy_text: z.object({ text: z.string() }).optional(),
  disabled: z.looseObject({}).optional(),
});

const markupSchema = z.object({
  inline_keyboard: z.array(z.array(z.unknown())).optional(),
  keyboard: z.array(z.array(z.union([z.string(), z.looseObject({ text: z.string() })]))).optional(),
  remove_keyboard: z.boolean().optional(),
  force_reply: z.boolean().optional(),
});

/** A parsed `reply_markup`: inline buttons, a keyboard under the input field, or neither. */
export interface ReplyMarkup {
  readonly inline: ButtonRows | undefined;
  /** Rows of labels. An empty list removes the keyboard. */
  readonly replyKeyboard: readonly (readonly string[])[] | undefined;
}

/** Reads `reply_markup`; throws the refusals of the Bot API. `onInvoice` allows a first "pay" button. */
export function parseReplyMarkup(raw: unknown, options: { onInvoice?: boolean } = {}): ReplyMarkup {
  if (raw === undefined || raw === "") return { inline: undefined, replyKeyboard: undefined };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw badRequest("Object expected as reply markup");
  }
  const parsed = markupSchema.safeParse(raw);
  if (!parsed.success) {
    throw badRequest('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
  }
  const { inline_keyboard: inline, keyboard, remove_keyboard: remove } = parsed.data;
  if (inline !== undefined) {
    return { inline: inlineRows(inline, options.onInvoice ?? false), replyKeyboard: undefined };
  }
  if (keyboard !== undefined) {
    const labels = keyboard.map((row) =>
      row.map((button) => (typeof button === "string" ? button : button.text)),
    );
    if (labels.flat().some((label) => label === "")) {
      throw badRequest("Keyboard button text must be non-empty");
    }
    return { inline: undefined, replyKeyboard: labels };
  }
  return { inline: undefined, replyKeyboard: remove ? [] : undefined };
}

function inlineRows(rows: readonly (readonly unknown[])[], onInvoice: boolean): ButtonRows | undefined {
  const parsed = rows.map((row) => row.map(parseButton)).filter((row) => row.length > 0);
  const buttons = parsed.flat();
  if (buttons.length > MAX_BUTTONS) throw badRequest("reply markup is too long");
  if (parsed.some((row) => row.length > MAX_PER_ROW)) throw badRequest("BUTTON_INVALID");
  buttons.forEach((button, index) => {
    if (button.pay && !(onInvoice && index === 0)) throw badRequest("BUTTON_TYPE_INVALID");
  });
  return parsed.length > 0 ? parsed : undefined;
}

function parseButton(raw: unknown): InlineButton {
  const parsed = buttonSchema.safeParse(raw);
  if (!parsed.success) throw unparsableButton(parsed.error, raw);
  const button = parsed.data;
  const actions = ACTIONS.filter((action) => button[action] !== undefined && button[action] !== "");
  const isInline = button.switch_inline_query === "" || button.switch_inline_query_current_chat === "";
  if (actions.length === 0 && !isInline) {
    throw badRequest("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  if (button.text === "") throw badRequest("Inline keyboard button text must be non-empty");
  // The documentation requires exactly one action. The real server accepts several and uses one of them.
  if (actions.length > 1) throw badRequest("BUTTON_TYPE_INVALID");
  if (Buffer.byteLength(button.callback_data ?? "") > MAX_CALLBACK_DATA_BYTES) {
    throw badRequest("BUTTON_DATA_INVALID");
  }
  if (button.copy_text && !isCopyable(button.copy_text.text)) throw badRequest("BUTTON_COPY_TEXT_INVALID");
  if (button.url && !/^(https?|tg|tonsite):\/\/\S/i.test(button.url)) {
    throw badRequest(`Inline keyboard button URL '${button.url}' is invalid: Unsupported URL protocol`);
  }
  if (button.style !== undefined && !["danger", "success", "primary"].includes(button.style)) {
    throw badRequest("Can't parse inline keyboard button: invalid button style specified");
  }
  return button;
}

function isCopyable(text: string): boolean {
  const length = [...text].length;
  return length >= 1 && length <= MAX_COPY_TEXT;
}

function unparsableButton(error: z.ZodError, raw: unknown): Error {
  if (typeof raw !== "object" || raw === null) {
    return badRequest("Can't parse inline keyboard button: InlineKeyboardButton must be an Object");
  }
  const field = String(error.issues[0]?.path[0] ?? "text");
  const missing = !(field in raw);
  return badRequest(
    missing
      ? `Can't parse inline keyboard button: Can't find field "${field}"`
      : `Can't parse inline keyboard button: Field "${field}" must be of type ${field === "pay" ? "Boolean" : "String"}`,
  );
}
