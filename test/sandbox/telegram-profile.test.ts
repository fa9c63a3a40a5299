import type { Api } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PretendTelegram, PretendUser } from "../../sandbox/telegram/index.ts";
import { openChat, rawCall, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;
let api: Api;
let user: PretendUser;

beforeEach(async () => {
  ({ telegram, api } = await startTelegram());
  user = openChat(telegram);
});
afterEach(() => telegram.close());

const raw = (method: string, params: object): ReturnType<typeof rawCall> =>
  rawCall(telegram, method, { chat_id: user.id, ...params });

describe("the bot's profile", () => {
  test("commands are kept per scope and language, and the user sees the narrowest", async () => {
    const commands = (command: string): { command: string; description: string }[] => [
      { command, description: "x" },
    ];
    await api.setMyCommands(commands("buy"));
    await api.setMyCommands(commands("kaufen"), { language_code: "de" });
    await api.setMyCommands(commands("desk"), { scope: { type: "chat", chat_id: user.id } });
    expect(await api.getMyCommands({ language_code: "de" })).toEqual(commands("kaufen"));
    expect(telegram.commandsFor(user)).toEqual(commands("desk"));
    expect(telegram.commandsFor(telegram.user({ languageCode: "de" }))).toEqual(commands("kaufen"));
    await api.deleteMyCommands({ scope: { type: "chat", chat_id: user.id } });
    expect(telegram.commandsFor(user)).toEqual(commands("buy"));
  });

  test.each([
    ["setMyCommands", { commands: [{ command: "Buy", description: "x" }] }, "BOT_COMMAND_INVALID"],
    ["setMyCommands", { commands: [{ command: "buy", description: "" }] }, "BOT_COMMAND_DESCRIPTION_INVALID"],
    [
      "setMyCommands",
      { commands: Array(101).fill({ command: "a", description: "b" }) },
      "BOT_COMMANDS_TOO_MUCH",
    ],
    ["setMyCommands", {}, 'parameter "commands" is required'],
    [
      "setMyCommands",
      { commands: [{ command: "a" }] },
      `can't parse BotCommand: Can't find field "description"`,
    ],
    [
      "setMyCommands",
      { commands: [], scope: { type: "moon" } },
      "can't parse BotCommandScope: Unsupported type specified",
    ],
    ["setMyCommands", { commands: [], language_code: "english" }, "LANG_CODE_INVALID"],
    ["setMyDescription", { description: "x".repeat(513) }, "BOT_DESCRIPTION_TOO_LONG"],
    ["setMyShortDescription", { short_description: "x".repeat(121) }, "BOT_SHORT_DESCRIPTION_TOO_LONG"],
    ["setMyName", { name: "x".repeat(65) }, "BOT_TITLE_INVALID"],
    [
      "setChatMenuButton",
      { menu_button: { type: "moon" } },
      "can't parse menu button: MenuButton has unsupported type",
    ],
  ])("%s with %j is refused", async (method, params, description) => {
    expect(await raw(method, params)).toMatchObject({
      ok: false,
      description: `Bad Request: ${description}`,
    });
  });

  test("descriptions and the menu button are kept", async () => {
    await api.setMyDescription("Long", { language_code: "de" });
    await api.setMyShortDescription("Short");
    await api.setChatMenuButton({ menu_button: { type: "default" } });
    expect(await api.getMyDescription({ language_code: "de" })).toEqual({ description: "Long" });
    expect(await api.getMyShortDescription({ language_code: "de" })).toEqual({ short_description: "Short" });
    expect(await api.getChatMenuButton()).toEqual({ type: "default" });
  });
});
