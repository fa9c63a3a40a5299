import type { HttpAnswer, HttpRequest, ProviderHttp } from "../../src/providers/transport/http.ts";

export interface ScriptedAnswer {
  readonly status?: number;
  /** Text as it is, anything else as JSON. */
  readonly body: unknown;
}

export interface ScriptedHttp extends ProviderHttp {
  readonly requests: readonly HttpRequest[];
}

/** A provider's HTTP without a network: gives these answers in turn, and fails the test that asks for more. */
export function createScriptedHttp(...answers: readonly ScriptedAnswer[]): ScriptedHttp {
  const requests: HttpRequest[] = [];
  return {
    provider: "alpha",
    requests,
    async request(request): Promise<HttpAnswer> {
      const answer = answers[requests.length];
      requests.push(request);
      if (!answer) throw new Error(`unexpected request ${requests.length}: ${request.operation}`);
      const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
      return { status: answer.status ?? 200, headers: new Headers(), text };
    },
  };
}
