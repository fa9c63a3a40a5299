import { Api, Bot, GrammyError } from "grammy";
import { z } from "zod";
import {
  type PretendTelegram,
  type PretendTelegramOptions,
  type PretendUser,
  startPretendTelegram,
  type TelegramEvent,
} from "../../sandbox/telegram/index.ts";
import { createTestClock, type TestClock } from "./clock.ts";

/** A pretend Telegram on a clock that the test moves. */
export async function startTelegram(
  options: PretendTelegramOptions["limits"] = {},
): Promise<{ telegram: PretendTelegram; clock: TestClock; api: Api }> {
  const clock = createTestClock();
  const telegram = await startPretendTelegram({ clock, limits: options });
  return { telegram, clock, api: apiOf(telegram) };
}

/** grammY's own client for the server, as the bot would use it. */
export function apiOf(telegram: PretendTelegram, token = telegram.token): Api {
  return new Api(token, { apiRoot: telegram.apiRoot });
}

/** A grammY bot for the server; the caller starts and stops it. */
export function botOf(telegram: PretendTelegram): Bot {
  return new Bot(telegram.token, { client: { apiRoot: telegram.apiRoot } });
}

/** Starts long polling and resolves once it runs; the returned function stops it and waits for its end. */
export async function runPolling(bot: Bot): Promise<() => Promise<void>> {
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    ended = bot.start({ onStart: () => resolve() });
    ended.catch(reject);
  });
  return async () => {
    await bot.stop();
    await ended;
  };
}

/** A user who has opened the chat; the `/start` update is still in the queue. */
export function openChat(telegram: PretendTelegram, options: { id?: number } = {}): PretendUser {
  const user = telegram.user(options);
  user.start();
  return user;
}

/** The Bot API's refusal of a call; fails when the call succeeds or breaks otherwise. */
export async function refusalOf(call: Promise<unknown>): Promise<{
  code: number;
  description: string;
  retryAfter: number | undefined;
}> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GrammyError) {
      return {
        code: error.error_code,
        description: error.description,
        retryAfter: error.parameters.retry_after,
      };
    }
    throw error;
  }
  throw new Error("The call was expected to be refused, and was not");
}

const answerSchema = z.looseObject({ ok: z.boolean(), description: z.string().optional() });

/** A call past grammY's types, for parameters that the Bot API has to refuse. */
export async function rawCall(
  telegram: PretendTelegram,
  method: string,
  params: object,
): Promise<z.infer<typeof answerSchema>> {
  const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return answerSchema.parse(await response.json());
}

/** Resolves when an event of the pretend Telegram meets the condition. */
export function nextEvent<Type extends TelegramEvent["type"]>(
  telegram: PretendTelegram,
  type: Type,
): Promise<Extract<TelegramEvent, { type: Type }>> {
  return new Promise((resolve) => {
    const unsubscribe = telegram.events.subscribe((event) => {
      if (!isType(event, type)) return;
      unsubscribe();
      resolve(event);
    });
  });
}

function isType<Type extends TelegramEvent["type"]>(
  event: TelegramEvent,
  type: Type,
): event is Extract<TelegramEvent, { type: Type }> {
  return event.type === type;
}
