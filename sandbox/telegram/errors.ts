/**
 * A refusal in the words of the Bot API. The texts are those of the public Bot API server (tdlib/telegram-bot-api) and of
 * Telegram's error list, because bots match on them.
 */
export class ApiRefusal extends Error {
  readonly code: number;
  readonly description: string;
  readonly parameters: { retry_after: number } | undefined;

  constructor(code: number, description: string, parameters?: { retry_after: number }) {
    super(description);
    this.name = "ApiRefusal";
    this.code = code;
    this.description = description;
    this.parameters = parameters;
  }
}

/** 400. The Bot API changes the first letter of a sentence to lower case, but not of tokens (`BUTTON_DATA_INVALID`). */
export function badRequest(text: string): ApiRefusal {
  const isToken = /^.[A-Z_]/.test(text);
  return new ApiRefusal(400, `Bad Request: ${isToken ? text : text.charAt(0).toLowerCase() + text.slice(1)}`);
}

/** 403, for example "bot was blocked by the user". */
function forbidden(text: string): ApiRefusal {
  return new ApiRefusal(403, `Forbidden: ${text}`);
}

/** 409, for a second poller or a poller beside a webhook. */
function conflict(text: string): ApiRefusal {
  return new ApiRefusal(409, `Conflict: ${text}`);
}

/** 429 with the wait in whole seconds, both in the text and in `parameters.retry_after`. */
export function tooManyRequests(retryAfterSeconds: number): ApiRefusal {
  return new ApiRefusal(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  });
}

export const refusals = {
  unauthorized: () => new ApiRefusal(401, "Unauthorized"),
  methodNotFound: () => new ApiRefusal(404, "Not Found: method not found"),
  notModified: () =>
    badRequest(
      "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
    ),
  queryTooOld: () => badRequest("query is too old and response timeout expired or query ID is invalid"),
  chatNotFound: () => badRequest("chat not found"),
  blocked: () => forbidden("bot was blocked by the user"),
  kicked: () => forbidden("bot was kicked from the supergroup chat"),
  deactivated: () => forbidden("user is deactivated"),
  webhookIsActive: () =>
    conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    ),
  otherPoller: () =>
    conflict("terminated by other getUpdates request; make sure that only one bot instance is running"),
  pollEndedByWebhook: () => conflict("terminated by setWebhook request"),
} as const;
