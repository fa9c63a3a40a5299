import { Api } from "grammy";
import type { Clock } from "../core/clock.ts";
import { type ApiCall, createApiFetch } from "./api-fetch.ts";

/** Longer than any timeout of {@link createApiFetch}: the client's own is only the last resort. */
const CLIENT_TIMEOUT_S = 60;

export interface TelegramOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly clock: Clock;
  readonly onCall?: (call: ApiCall) => void;
  /** False: see {@link createApiFetch}. */
  readonly waitsForFloods?: boolean;
}

/** The client options that every grammY object of ours shares. */
export function clientOptions(options: TelegramOptions) {
  const { apiRoot, clock, onCall, waitsForFloods = true } = options;
  const fetch = createApiFetch({ clock, waitsForFloods, ...(onCall && { onCall }) });
  return { apiRoot, fetch, timeoutSeconds: CLIENT_TIMEOUT_S };
}

/** The Bot API for what happens outside of updates: polling, the outbox, Stars. */
export function createTelegramApi(options: TelegramOptions): Api {
  return new Api(options.token, clientOptions(options));
}
