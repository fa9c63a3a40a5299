import type { User } from "grammy/types";

/** A private chat with one person, or a group, as the Bot API shows it. */
export type WireChat =
  | { readonly id: number; readonly type: "private"; readonly first_name: string; readonly username?: string }
  | { readonly id: number; readonly type: "supergroup"; readonly title: string };

/**
 * `new`: the person has never written to the bot, so the bot cannot write to the chat. `kicked`: the bot was put out of the
 * group.
 */
export type ChatStatus = "new" | "open" | "blocked" | "deactivated" | "kicked";

export interface PersonOptions {
  readonly id?: number;
  readonly firstName?: string;
  readonly languageCode?: string;
  readonly username?: string;
  /** True: has written to the bot before, so that the bot may write. */
  readonly isKnown?: boolean;
}

/** The user as the bot sees it. */
export function toUser(options: PersonOptions, id: number): User {
  return {
    id,
    is_bot: false,
    first_name: options.firstName ?? `User ${id}`,
    ...(options.username === undefined ? {} : { username: options.username }),
    language_code: options.languageCode ?? "en",
  };
}

/** The private chat with that user; it has the user's id. */
export function privateChat(user: User): WireChat {
  return {
    id: user.id,
    type: "private",
    first_name: user.first_name,
    ...(user.username === undefined ? {} : { username: user.username }),
  };
}
