import type { Context } from "hono";
import { z } from "zod";
import type { Caller } from "../../reseller/authenticate.ts";
import type { NodeBindings } from "../server.ts";

export type ApiContext = Context<{ Bindings: NodeBindings }>;

const MAX_FORM_BYTES = 8 * 1024;
const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;
const MAX_VALUE_LENGTH = 256;

/** The parameters of a request; undefined: left out. */
export interface Parameters {
  get(name: string): string | undefined;
}

/**
 * Query first, then a form body; of a repeated name the first value counts. Undefined: the form is too long or cannot be
 * read. Bodies of other kinds are not read.
 */
export async function readParameters(context: ApiContext): Promise<Parameters | undefined> {
  const found = new Map<string, string>();
  const add = (name: string, value: string): void => {
    if (!found.has(name)) found.set(name, value.slice(0, MAX_VALUE_LENGTH));
  };
  for (const [name, value] of queryOf(context)) add(name, value);
  if (context.req.method === "POST" && FORM.test(context.req.header("Content-Type") ?? "")) {
    const form = await readForm(context);
    if (!form) return undefined;
    for (const [name, value] of form) add(name, value);
  }
  return { get: (name) => found.get(name) };
}

/** The parameters of the query alone; of a repeated name the first value counts. */
export function readQuery(context: ApiContext): Parameters {
  const found = queryOf(context);
  return { get: (name) => found.get(name)?.slice(0, MAX_VALUE_LENGTH) };
}

function queryOf({ req: { url } }: ApiContext): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start >= 0 ? url.slice(start) : "");
}

/** A body that says what it is in JSON, whatever its type is called. Undefined: it is none, or too long. */
export async function readJson(context: ApiContext): Promise<unknown> {
  const body = await readAtMost(context.req.raw.body, MAX_FORM_BYTES);
  if (!body) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    // Anybody can send this; the caller answers that it was not understood.
    return undefined;
  }
}

async function readForm(context: ApiContext): Promise<readonly (readonly [string, string])[] | undefined> {
  const length = z.coerce.number().safeParse(context.req.header("Content-Length") ?? "0");
  if (!length.success || length.data > MAX_FORM_BYTES) return undefined;
  const body = await readAtMost(context.req.raw.body, MAX_FORM_BYTES);
  if (!body) return undefined;
  const type = context.req.header("Content-Type") ?? "";
  try {
    const form = await new Response(new Uint8Array(body), { headers: { "Content-Type": type } }).formData();
    return [...form].flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []));
  } catch {
    // Anybody can send this; the caller answers that it was not understood.
    return undefined;
  }
}

/** A body without a length may be endless. */
async function readAtMost(body: ReadableStream<Uint8Array> | null, max: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > max) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Who asks: the keys of all places that clients put them in, and the address behind proxies that are trusted. */
export function callerOf(
  context: ApiContext,
  parameters: Parameters,
  isTrustedProxy: (address: string) => boolean,
): Caller {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(context.req.header("Authorization") ?? "")?.[1];
  const keys = [parameters.get("api_key"), context.req.header("X-API-Key"), bearer];
  return {
    keys: keys.filter((key) => key !== undefined),
    address: addressOf(context, isTrustedProxy),
    client: context.req.header("User-Agent") ?? null,
  };
}

/**
 * The connection's own address, or, if that is a trusted proxy's, the last one in X-Forwarded-For that is none. What a
 * client writes into that header itself stands before what the proxies add.
 */
export function addressOf(context: ApiContext, isTrustedProxy: (address: string) => boolean): string | null {
  const own = context.env.incoming.socket.remoteAddress;
  if (own === undefined) return null;
  const named = (context.req.header("X-Forwarded-For") ?? "").split(",").map((part) => part.trim());
  const way = [...named.filter((part) => part !== ""), own];
  return way.findLast((address) => !isTrustedProxy(address)) ?? way[0] ?? own;
}
