import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiContext } from "./request.ts";

const compress = promisify(gzip);
const ACCEPTS_GZIP = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;

/** A text, compressed once for all who get it. */
export interface Rendered {
  readonly text: string;
  readonly gzipped: () => Promise<Buffer>;
  /** Of a big text that clients may keep and ask for again; the same text has the same tag in every process. */
  readonly tag?: string;
}

export function render(text: string): Rendered {
  let compressed: Promise<Buffer> | undefined;
  return {
    text,
    gzipped: () => {
      compressed ??= compress(text);
      return compressed;
    },
  };
}

/** A text with a tag. Weak: one tag for the text and for the compressed bytes. */
export function renderTagged(text: string): Rendered {
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  return { ...render(text), tag: `W/"${digest}"` };
}

/** RFC 9110, section 13.1.2: the opaque parts are compared, weak or not. */
function isKnown(header: string, tag: string): boolean {
  const opaque = (one: string): string => one.trim().replace(/^W\//, "");
  return header.trim() === "*" || header.split(",").some((one) => opaque(one) === opaque(tag));
}

/**
 * Every answer of the dialect looks alike: clients compare texts and stumble over another status, another type, or a line
 * break at the end. Only who names the tag of a text that has one is told 304 instead. Compressed at any length where it is accepted, because one client always unpacks.
 */
export async function respond(
  context: ApiContext,
  body: Rendered,
  { status = 200, headers = {} }: { status?: 200 | 429; headers?: Record<string, string> } = {},
): Promise<Response> {
  const all = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    Vary: "Accept-Encoding",
    // May be kept, and has to be asked for again each time.
    ...(body.tag !== undefined && { ETag: body.tag, "Cache-Control": "private, no-cache" }),
    ...headers,
  };
  if (body.tag !== undefined && context.req.method === "GET") {
    const { "Content-Type": _, ...bare } = all;
    if (isKnown(context.req.header("If-None-Match") ?? "", body.tag)) return context.body(null, 304, bare);
  }
  if (!ACCEPTS_GZIP.test(context.req.header("Accept-Encoding") ?? ""))
    return context.body(body.text, status, all);
  const bytes = new Uint8Array(await body.gzipped());
  return context.body(bytes, status, { ...all, "Content-Encoding": "gzip" });
}
