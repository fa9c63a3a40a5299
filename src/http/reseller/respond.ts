import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ApiContext } from "./request.ts";

const compress = promisify(gzip);
const ACCEPTS_GZIP = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;

/** A text, compressed once for all who get it. */
export interface Rendered {
  readonly text: string;
  readonly gzipped: () => Promise<Buffer>;
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

/**
 * Every answer of the dialect looks alike: clients compare texts and stumble over another status, another type, or a line
 * break at the end. Compressed at any length where it is accepted, because one client always unpacks.
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
    ...headers,
  };
  if (!ACCEPTS_GZIP.test(context.req.header("Accept-Encoding") ?? ""))
    return context.body(body.text, status, all);
  const bytes = new Uint8Array(await body.gzipped());
  return context.body(bytes, status, { ...all, "Content-Encoding": "gzip" });
}
