import { ProviderError } from "../../src/providers/port/provider-error.ts";
import type { ProviderSettings } from "../../src/providers/port/settings.ts";
import { createHandlerApi } from "../../src/providers/protocols/handler-api/handler-api.ts";
import type { HttpRequest, ProviderHttp } from "../../src/providers/transport/http.ts";
import { providerSettings } from "./provider-settings.ts";

export interface Canned {
  readonly status?: number;
  readonly text: string;
}

/** A provider whose supplier answers the given bodies one after another, the last one for ever. */
export function handlerApiSupplier(answers: (Canned | string)[], settings: Partial<ProviderSettings> = {}) {
  const requests: HttpRequest[] = [];
  const http: ProviderHttp = {
    provider: "alpha",
    request: async (request) => {
      requests.push(request);
      const next = answers.length > 1 ? answers.shift() : answers[0];
      const { status = 200, text } = typeof next === "string" ? { text: next } : (next ?? { text: "" });
      return { status, headers: new Headers(), text };
    },
  };
  const provider = createHandlerApi(
    providerSettings("handler-api", "https://supplier.example/stubs/handler_api.php", settings),
    http,
  );
  return { provider, requests };
}

export function json(value: unknown, status = 200): Canned {
  return { status, text: JSON.stringify(value) };
}

/** The ProviderError that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof ProviderError)) throw new Error("expected a ProviderError");
  return outcome;
}
