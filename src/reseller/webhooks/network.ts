import { promises as dns } from "node:dns";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { createForbidden } from "./forbidden.ts";

const TIMEOUT_MS = 5_000;
/** Nothing of the answer is used; so much is read that a usual one ends by itself. */
const MAX_ANSWER_BYTES = 1024;
export const MAX_URL_LENGTH = 300;

/** The way to resellers' servers. */
export interface WebhookNetwork {
  /** All addresses of a name. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly isForbidden: (address: string) => boolean;
  readonly protocols: readonly ("https:" | "http:")[];
}

export function createWebhookNetwork(): WebhookNetwork {
  return {
    resolve: async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address),
    isForbidden: createForbidden(),
    protocols: ["https:"],
  };
}

/** The address in one spelling; undefined: it is none that would ever be called. */
export function readWebhookUrl(
  text: string,
  { protocols }: Pick<WebhookNetwork, "protocols">,
): URL | undefined {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isKnown = protocols.some((protocol) => protocol === url.protocol);
  return isKnown && url.hostname !== "" && url.username === "" && url.password === "" ? url : undefined;
}

/** An address of this host that may be called. Undefined: one of its addresses may not, or it has none. */
export async function allowedAddress(
  { resolve, isForbidden }: Pick<WebhookNetwork, "resolve" | "isForbidden">,
  { hostname }: URL,
): Promise<string | undefined> {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isIP(literal) > 0 ? [literal] : await resolve(hostname);
  return addresses.some(isForbidden) ? undefined : addresses[0];
}

/** "200" and the like, or why there was none. */
export type PostResult =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "no_address" | "forbidden_address" | "timeout" | "no_answer" };

/**
 * One POST. The name is resolved once and the connection goes to the very address that was checked, so that a name which
 * changes its address gains nothing; redirects are not followed. Rejects only when `signal` aborts.
 */
export async function post(
  network: WebhookNetwork,
  call: { readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
): Promise<PostResult> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const address = await unlessAborted(either, allowedAddress(network, call.url));
    if (address === undefined) return { kind: "forbidden_address" };
    return { kind: "status", status: await send(address, call, either) };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { kind: "timeout" };
    return { kind: isUnknownName(error) ? "no_address" : "no_answer" };
  }
}

function isUnknownName(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "getaddrinfo";
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

async function send(
  address: string,
  { url, headers, body }: Parameters<typeof post>[1],
  signal: AbortSignal,
): Promise<number> {
  const request = url.protocol === "https:" ? secureRequest : plainRequest;
  return await new Promise<number>((resolve, reject) => {
    const outgoing = request(url, {
      method: "POST",
      headers: { ...headers, "Content-Length": Buffer.byteLength(body) },
      signal,
      // A connection of its own each time: the address is that of this check.
      agent: false,
      lookup: (_name, options, done) => {
        const family = isIP(address);
        if (options.all) done(null, [{ address, family }]);
        else done(null, address, family);
      },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let read = 0;
      const end = (): void => {
        resolve(response.statusCode ?? 0);
        outgoing.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        read += chunk.length;
        if (read > MAX_ANSWER_BYTES) end();
      });
      response.on("end", end);
      response.on("error", reject);
    });
    outgoing.end(body);
  });
}
