export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

/** The bot's profile: commands, descriptions, picture, menu button. */
export interface Profile {
  setCommands(scope: string, languageCode: string, commands: readonly BotCommand[]): void;
  /** The list that was set for exactly this scope and language. */
  commands(scope: string, languageCode: string): readonly BotCommand[];
  /** The list that a user sees in the private chat: the narrowest scope wins, then the user's language. */
  commandsFor(userId: number, languageCode: string): readonly BotCommand[];
  setText(kind: ProfileText, languageCode: string, value: string): void;
  text(kind: ProfileText, languageCode: string): string;
  /** The file id of the profile photo; undefined: there is none. */
  photo(): string | undefined;
  setPhoto(fileId: string | undefined): void;
}

export type ProfileText = "name" | "description" | "short_description" | "menu_button";

/** `name` is the one that the bot's owner gave it at BotFather. */
export function createProfile(name: string): Profile {
  const commandLists = new Map<string, readonly BotCommand[]>();
  const key = (scope: string, languageCode: string): string => `${scope}|${languageCode}`;
  const texts = new Map<string, string>([[key("name", ""), name]]);
  let photo: string | undefined;

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
      if (value === "") texts.delete(key(kind, languageCode));
      else texts.set(key(kind, languageCode), value);
    },
    text: (kind, languageCode) => texts.get(key(kind, languageCode)) ?? texts.get(key(kind, "")) ?? "",
    photo: () => photo,
    setPhoto(fileId) {
      photo = fileId;
    },
  };
}
