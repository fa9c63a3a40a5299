import { GrammyError, HttpError } from "grammy";
import { messageOf } from "../core/errors.ts";

/** The message already says what we wanted it to say. */
export function isNotModified(error: unknown): boolean {
  return isBadRequest(error, "message is not modified");
}

/** The message cannot be edited: deleted, too old, or not ours. */
export function isGone(error: unknown): boolean {
  return (
    isBadRequest(error, "message to edit not found") ||
    isBadRequest(error, "message can't be edited") ||
    isBadRequest(error, "MESSAGE_ID_INVALID")
  );
}

/** The person has stopped the bot, deleted the account, or never opened the chat. */
export function isBlocked(error: unknown): boolean {
  if (!(error instanceof GrammyError)) return false;
  return error.error_code === 403 || isBadRequest(error, "chat not found");
}

/**
 * The group does not let the bot in or write: it was put out, muted, or the group became another one (a supergroup has a
 * new id).
 */
export function isGroupClosed(error: unknown): boolean {
  return isBlocked(error) || groupRefusals.some((text) => isBadRequest(error, text));
}

const groupRefusals = [
  "not enough rights to send",
  "CHAT_WRITE_FORBIDDEN",
  "CHAT_RESTRICTED",
  "CHAT_ADMIN_REQUIRED",
  "group chat was upgraded to a supergroup",
  "PEER_ID_INVALID",
];

/** The topic of a group was deleted, or nobody may write there any more. */
export function isThreadGone(error: unknown): boolean {
  return ["message thread not found", "TOPIC_DELETED", "TOPIC_CLOSED"].some((text) =>
    isBadRequest(error, text),
  );
}

/** Telegram answered with an error, or did not answer: not a fault in our own code. */
export function isTelegramError(error: unknown): error is GrammyError | HttpError {
  return error instanceof GrammyError || error instanceof HttpError;
}

/** Telegram will never accept this request. */
export function isRefused(error: unknown): boolean {
  return error instanceof GrammyError && error.error_code === 400;
}

function isBadRequest(error: unknown, text: string): boolean {
  return error instanceof GrammyError && error.error_code === 400 && error.description.includes(text);
}

/** Telegram's wait in milliseconds for a 429; undefined for other errors. */
export function floodWaitMs(error: unknown): number | undefined {
  if (!(error instanceof GrammyError) || error.error_code !== 429) return undefined;
  return (error.parameters.retry_after ?? 1) * 1000;
}

/** What may be logged of an error: a GrammyError holds the whole payload, with texts, numbers and codes. */
export function loggable(error: unknown): object {
  if (error instanceof GrammyError) {
    return { method: error.method, errorCode: error.error_code, description: error.description };
  }
  if (error instanceof HttpError) return { network: messageOf(error.error) };
  return { err: error };
}
