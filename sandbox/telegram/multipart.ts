/** One part of a `multipart/form-data` body. */
export interface Part {
  readonly name: string;
  /** Set where the part is a file. */
  readonly fileName: string | undefined;
  readonly bytes: Uint8Array;
}

/**
 * Splits a multipart body. Throws if there is no boundary. Unlike the platform's parser it accepts unquoted file names and
 * a missing final line break, which bot libraries send and Telegram accepts.
 */
export function parseMultipart(body: Uint8Array, contentType: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error("multipart body without a boundary");
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];

  let start = buffer.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    const next = buffer.indexOf(delimiter, from);
    if (next < 0) break;
    const part = readPart(buffer.subarray(from, next));
    if (part) parts.push(part);
    start = next;
  }
  return parts;
}

function readPart(raw: Buffer): Part | undefined {
  const headerEnd = raw.indexOf("\r\n\r\n");
  if (headerEnd < 0) return undefined;
  const headers = raw.subarray(0, headerEnd).toString("utf8");
  const disposition = /content-disposition:\s*form-data([^\r\n]*)/i.exec(headers)?.[1] ?? "";
  const name = parameter(disposition, "name");
  if (name === undefined) return undefined;
  // The line break before the next delimiter belongs to the delimiter.
  const end = raw.subarray(-2).toString() === "\r\n" ? raw.length - 2 : raw.length;
  return {
    name,
    fileName: parameter(disposition, "filename"),
    bytes: raw.subarray(headerEnd + 4, end),
  };
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, "i").exec(disposition);
  return match?.[1] ?? match?.[2];
}
