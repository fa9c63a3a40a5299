import { garbage } from "./answers.ts";
import type { ProviderError } from "./errors.ts";
import { type Dialect, dialectOf } from "./handler-api-dialects.ts";
import { errorOf, type Refusal, type Reply, readReply } from "./handler-api-reply.ts";
import type { ProviderHttp } from "./http.ts";
import type { Currency } from "./parse.ts";
import type { CallOptions, ProviderSettings } from "./provider.ts";
import { urlUnder } from "./urls.ts";

type Parameters = Readonly<Record<string, string | undefined>>;

/** One account at a supplier that speaks handler_api. */
export interface Client {
  readonly name: string;
  readonly dialect: Dialect;
  readonly settings: ProviderSettings;
  readonly currency: Currency;
  send(operation: string, action: string, parameters: Parameters, options: CallOptions): Promise<Reply>;
  fail(operation: string, refusal: Refusal): ProviderError;
  /** The data of an answer; a refusal or a token throws. */
  data(operation: string, action: string, parameters: Parameters, options: CallOptions): Promise<unknown>;
}

export function createClient(settings: ProviderSettings, http: ProviderHttp): Client {
  const { name } = settings;
  const currency: Currency = { usdRate: settings.usdRate };
  const fail: Client["fail"] = (operation, refusal) => errorOf(name, operation, refusal, currency);
  const send: Client["send"] = async (operation, action, parameters, { priority }) => {
    const url = urlUnder(settings.url, "", { api_key: settings.key, action, ...parameters });
    return readReply(name, operation, await http.request({ operation, method: "GET", url, priority }));
  };
  return {
    name,
    dialect: dialectOf(settings.dialect),
    settings,
    currency,
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
