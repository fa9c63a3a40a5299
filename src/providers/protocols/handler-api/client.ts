import { garbage } from "../../parsing/answers.ts";
import type { Currency } from "../../parsing/parse.ts";
import type { CallOptions } from "../../port/provider.ts";
import type { ProviderError } from "../../port/provider-error.ts";
import type { ProviderSettings } from "../../port/settings.ts";
import type { ProviderHttp } from "../../transport/http.ts";
import { type Base, readBase } from "./base-url.ts";
import { type Dialect, dialectOf } from "./dialects.ts";
import { errorOf, type Refusal, type Reply, readReply } from "./reply.ts";

type Parameters = Readonly<Record<string, string | undefined>>;

interface SendOptions extends CallOptions {
  /** Replaces the default timeout. */
  readonly timeoutMs?: number;
}

/** One account at a supplier that speaks handler_api. */
export interface Client {
  readonly name: string;
  readonly dialect: Dialect;
  readonly settings: ProviderSettings;
  readonly currency: Currency;
  readonly base: Base;
  send(operation: string, action: string, parameters: Parameters, options: SendOptions): Promise<Reply>;
  fail(operation: string, refusal: Refusal): ProviderError;
  /** Returns the JSON data of an answer. Throws on a refusal or a token. */
  data(operation: string, action: string, parameters: Parameters, options: CallOptions): Promise<unknown>;
}

export function createClient(settings: ProviderSettings, http: ProviderHttp): Client {
  const { name } = settings;
  const currency: Currency = { usdRate: settings.usdRate };
  const base = readBase(settings.url);
  const fail: Client["fail"] = (operation, refusal) => errorOf(name, operation, refusal, currency);
  const send: Client["send"] = async (operation, action, parameters, { priority, timeoutMs }) => {
    const url = base.urlFor(action, { api_key: settings.key, action, ...parameters });
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return readReply(
      name,
      operation,
      await http.request({ operation, method: "GET", url, priority, ...limit }),
    );
  };
  return {
    name,
    dialect: dialectOf(settings.dialect),
    settings,
    currency,
    base,
    fail,
    send,
    async data(operation, action, parameters, options) {
      const reply = await send(operation, action, parameters, options);
      if (reply.kind === "refused") throw fail(operation, reply.refusal);
      if (reply.kind !== "data") throw garbage(name, operation, "no JSON");
      return reply.value;
    },
  };
}
