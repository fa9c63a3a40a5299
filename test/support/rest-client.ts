export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Asks the shop as programs for OxgelAPI do: they announce JSON also where they send none. */
export type RestClient = (
  method: "GET" | "POST",
  path: string,
  options?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) => Promise<RestAnswer>;

/** Null: without a key. */
export function createRestClient(baseUrl: string, key: string | null): RestClient {
  return async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { ...(key !== null && { "X-API-Key": key }), "Content-Type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === "" ? null : JSON.parse(text),
      headers: response.headers,
    };
  };
}
