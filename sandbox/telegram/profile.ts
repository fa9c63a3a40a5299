export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

/** The bot's profile: commands, descriptions, menu button. */
export interface Profile {
  setCommands(scope: string, languageCode: string, commands: readonly BotCommand[]): void;
  /** The list that was set for exactly this scope and language. */
  commands(scope: string, languageCode: string): readonly BotCommand[];
  /** The list that a user sees in the private chat: the narrowest scope wins, then the user's language. */
  commandsFor(userId: number, languageCode: string): readonly BotCommand[];
  setText(kind: ProfileText, languageCode: string, value: string): void;
  text(kind: ProfileText, languageCode: string): string;
}

export type ProfileText = "name" | "description" | "short_description" | "menu_button";

export function createProfile(): Profile {
  const commandLists = new Map<string, readonly BotCommand[]>();
  const texts = new Map<string, string>();
  const key = (scope: string, languageCode: string): string => `${scope}|${languageCode}`;

  return {
    setCommands(scope, languageCode, commands) {
      if (commands.length === 0) commandLists.delete(key(scope, languageCode));
      else commandLists.set(key(scope, languageCode), commands);
    },
    commands: (scope, languageCode) => commandLists.get(key(scope, languageCode)) ?? [],
    commandsFor(userId, languageCode) {
      const scopes = [`chat:${userId}`, "all_private_chats", "default"];
      const lists = scopes.flatMap((scope) => [
        commandLists.get(key(scope, languageCode)),
        commandLists.get(key(scope, "")),
      ]);
      return lists.find((list) => list !== undefined) ?? [];
    },
    setText(kind, languageCode, value) {
      texts.set(key(kind, languageCode), value);
    },
    text: (kind, languageCode) => texts.get(key(kind, languageCode)) ?? texts.get(key(kind, "")) ?? "",
  };
}
