import { z } from "zod";
import { badRequest } from "../errors.ts";
import { json, optionalInteger, optionalText } from "../params.ts";
import type { ProfileText } from "../profile.ts";
import { type Method, type MethodTable, method } from "./method.ts";

const MAX_COMMANDS = 100;
/** Bot API: characters allowed per text. */
const MAX_TEXT = { name: 64, description: 512, short_description: 120, menu_button: 4096 } as const;

const scopeSchema = z
  .object({
    type: z.string(),
    chat_id: z.union([z.number(), z.string()]).optional(),
    user_id: z.number().optional(),
  })
  .optional();

const SCOPES = new Set([
  "default",
  "all_private_chats",
  "all_group_chats",
  "all_chat_administrators",
  "chat",
  "chat_administrators",
  "chat_member",
]);

const listFields = { scope: json(scopeSchema), language_code: optionalText };

const setMyCommands = method(
  z.object({ ...listFields, commands: json(z.array(z.unknown())) }),
  (world, params) => {
    const commands = params.commands.map(parseCommand);
    if (commands.length > MAX_COMMANDS) throw badRequest("BOT_COMMANDS_TOO_MUCH");
    world.profile.setCommands(scopeKey(params.scope), languageCode(params.language_code), commands);
    return true;
  },
);

const deleteMyCommands = method(z.object(listFields), (world, params) => {
  world.profile.setCommands(scopeKey(params.scope), languageCode(params.language_code), []);
  return true;
});

const getMyCommands = method(z.object(listFields), (world, params) =>
  world.profile.commands(scopeKey(params.scope), languageCode(params.language_code)),
);

function parseCommand(raw: unknown): { command: string; description: string } {
  const parsed = z.object({ command: z.string(), description: z.string() }).safeParse(raw);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? "command");
    throw badRequest(`Can't parse BotCommand: Can't find field "${field}"`);
  }
  const command = parsed.data.command.replace(/^\//, "");
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
  const { description } = parsed.data;
  if (description.length < 1 || description.length > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  return { command, description };
}

function scopeKey(scope: z.infer<typeof scopeSchema>): string {
  const type = scope?.type ?? "default";
  if (!SCOPES.has(type)) throw badRequest("Can't parse BotCommandScope: Unsupported type specified");
  const parts = [type, scope?.chat_id, scope?.user_id].filter((part) => part !== undefined);
  return parts.join(":");
}

function languageCode(value: string | undefined): string {
  if (!/^([a-z]{2})?$/.test(value ?? "")) throw badRequest("LANG_CODE_INVALID");
  return value ?? "";
}

/** A setter of one text, per language. */
function setText(kind: ProfileText, field: string, tooLong: string): Method {
  return method(z.looseObject({ language_code: optionalText }), (world, params) => {
    const value = z.string().catch("").parse(params[field]);
    if ([...value].length > MAX_TEXT[kind]) throw badRequest(tooLong);
    world.profile.setText(kind, languageCode(params.language_code), value);
    return true;
  });
}

function getText(kind: ProfileText, field: string): Method {
  return method(z.object({ language_code: optionalText }), (world, params) => ({
    [field]: world.profile.text(kind, languageCode(params.language_code)),
  }));
}

const setChatMenuButton = method(
  z.object({ chat_id: optionalInteger, menu_button: json(z.looseObject({ type: z.string() }).optional()) }),
  (world, params) => {
    const button = params.menu_button ?? { type: "default" };
    if (!["default", "commands", "web_app"].includes(button.type)) {
      throw badRequest("Can't parse menu button: MenuButton has unsupported type");
    }
    world.profile.setText("menu_button", "", JSON.stringify(button));
    return true;
  },
);

export const profileMethods: MethodTable = {
  getMe: (world) => ({
    ...world.bot,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_guest_queries: false,
    supports_inline_queries: true,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  }),
  setMyCommands,
  deleteMyCommands,
  getMyCommands,
  setMyName: setText("name", "name", "BOT_TITLE_INVALID"),
  getMyName: getText("name", "name"),
  setMyDescription: setText("description", "description", "BOT_DESCRIPTION_TOO_LONG"),
  getMyDescription: getText("description", "description"),
  setMyShortDescription: setText("short_description", "short_description", "BOT_SHORT_DESCRIPTION_TOO_LONG"),
  getMyShortDescription: getText("short_description", "short_description"),
  setChatMenuButton,
  getChatMenuButton: (world) => {
    const stored = world.profile.text("menu_button", "");
    const button: unknown = stored === "" ? { type: "commands" } : JSON.parse(stored);
    return button;
  },
};
