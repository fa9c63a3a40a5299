/** Asks the shop as resellers' tools do. */
export interface ResellerClient {
  /** The text of the answer to an action. */
  ask(action: string, parameters?: Readonly<Record<string, string | number>>): Promise<string>;
  /** The whole answer. */
  call(action: string, parameters?: Readonly<Record<string, string | number>>): Promise<Response>;
  /** Buys, and returns id and phone; throws with the shop's word if there is no number. */
  number(parameters?: Readonly<Record<string, string | number>>): Promise<{ id: string; phone: string }>;
  status(id: string): Promise<string>;
  set(id: string, status: number): Promise<string>;
}

export function createResellerClient(
  baseUrl: string,
  key: string,
  product: Readonly<Record<string, string | number>> = { service: "wa", country: 16 },
): ResellerClient {
  const call: ResellerClient["call"] = (action, parameters = {}) => {
    const query = new URLSearchParams({ api_key: key, action });
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    return fetch(`${baseUrl}/stubs/handler_api.php?${query}`);
  };
  const ask: ResellerClient["ask"] = async (action, parameters) => (await call(action, parameters)).text();
  return {
    call,
    ask,
    async number(parameters = product) {
      const text = await ask("getNumber", parameters);
      const match = /^ACCESS_NUMBER:(\d+):(\d+)$/.exec(text);
      if (!match) throw new Error(text);
      return { id: match[1] ?? "", phone: match[2] ?? "" };
    },
    status: (id) => ask("getStatus", { id }),
    set: (id, status) => ask("setStatus", { id, status }),
  };
}
