import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";

/**
 * A backup is gzip'd JSON, one object a line: `backup` (what it is), then for each table `table` and its `row`s, then
 * `end` with the number of rows and the SHA-256 of everything before it. A file without `end` is not whole.
 */
const FORMAT = 1;
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

const headerSchema = z.object({
  format: z.literal(FORMAT),
  createdAt: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Differences that the ledger had at the time of the backup; a restore must have exactly these. */
  ledgerDifferences: z.array(z.string()),
});
const tableSchema = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  /** The last number that each sequence gave, by column. */
  lastNumbers: z.record(z.string(), z.string().regex(/^\d{1,19}$/)),
});
const rowSchema = z.array(z.string().nullable());
const endSchema = z.object({ rows: z.record(z.string(), z.number()), sha256: z.string() });

const lineSchema = z.union([
  z.strictObject({ row: rowSchema }),
  z.strictObject({ table: tableSchema }),
  z.strictObject({ end: endSchema }),
]);

export type BackupHeader = z.infer<typeof headerSchema>;
export type TableHeader = z.infer<typeof tableSchema>;
export type BackupEntry = { readonly row: readonly (string | null)[] } | { readonly table: TableHeader };

/** The file or the database cannot be used; the message says what to do. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

export interface Encoder {
  header(header: Omit<BackupHeader, "format">): string;
  table(table: TableHeader): string;
  /** `text`: the row as JSON. */
  row(text: string): string;
  end(): string;
  /** Rows by table so far. */
  readonly rows: ReadonlyMap<string, number>;
}

/** Makes the lines of a backup, in their order. */
export function createEncoder(): Encoder {
  const hash = createHash("sha256");
  const rows = new Map<string, number>();
  let current = "";
  const hashed = (json: string): string => {
    const line = `${json}\n`;
    hash.update(line);
    return line;
  };
  return {
    rows,
    header: (header) => hashed(JSON.stringify({ backup: { format: FORMAT, ...header } })),
    table(table) {
      current = table.name;
      rows.set(current, 0);
      return hashed(JSON.stringify({ table }));
    },
    row(text) {
      rows.set(current, (rows.get(current) ?? 0) + 1);
      return hashed(`{"row":${text}}`);
    },
    end: () => `${JSON.stringify({ end: { rows: Object.fromEntries(rows), sha256: hash.digest("hex") } })}\n`,
  };
}

export interface BackupReader {
  readonly header: BackupHeader;
  /** What follows the header. Throws BackupError, at the end at the latest, if the file is incomplete or was changed. */
  entries(): AsyncGenerator<BackupEntry>;
  /** Closes the file; needed if `entries` was not read to its end. */
  close(): Promise<void>;
}

/** Opens a backup and reads its header. Throws BackupError if the file is not a backup, or has another format. */
export async function openBackup(path: string): Promise<BackupReader> {
  const lines = readLines(path);
  const first = await lines.next();
  const hash = createHash("sha256");
  if (!first.done) hash.update(first.value).update("\n");
  let header: BackupHeader;
  try {
    header = readHeader(path, first.done ? undefined : first.value);
  } catch (error) {
    await lines.return(undefined);
    throw error;
  }
  return {
    header,
    entries: () => readEntries(path, lines, hash),
    close: async () => void (await lines.return(undefined)),
  };
}

function readHeader(path: string, line: Buffer | undefined): BackupHeader {
  const envelope = z.object({ backup: z.object({ format: z.number() }) }).safeParse(parseJson(line));
  if (!envelope.success) throw new BackupError(`${path} is not a backup that npm run backup wrote.`);
  const { format } = envelope.data.backup;
  if (format !== FORMAT) {
    throw new BackupError(`${path} has format ${format}, this version reads format ${FORMAT}.`);
  }
  const whole = z.object({ backup: headerSchema }).safeParse(parseJson(line));
  if (!whole.success) throw altered(path);
  return whole.data.backup;
}

async function* readEntries(
  path: string,
  lines: AsyncGenerator<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<BackupEntry> {
  const rows = new Map<string, number>();
  let current: string | undefined;
  let end: z.infer<typeof endSchema> | undefined;
  for await (const line of lines) {
    const entry = lineSchema.safeParse(parseJson(line));
    if (!entry.success || end !== undefined) throw altered(path);
    if ("end" in entry.data) {
      end = entry.data.end;
      continue;
    }
    hash.update(line).update("\n");
    if ("table" in entry.data) {
      current = entry.data.table.name;
      if (rows.has(current)) throw altered(path);
      rows.set(current, 0);
    } else {
      if (current === undefined) throw altered(path);
      rows.set(current, (rows.get(current) ?? 0) + 1);
    }
    yield entry.data;
  }
  if (!end) throw new BackupError(`${path} is cut off: its end is missing. Nothing was restored.`);
  const counted = Object.entries(end.rows);
  const isComplete =
    counted.length === rows.size && counted.every(([table, count]) => rows.get(table) === count);
  if (!isComplete || hash.digest("hex") !== end.sha256) throw altered(path);
}

async function* readLines(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of gunzip) {
      let rest: Buffer = z.instanceof(Buffer).parse(chunk);
      for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
        yield Buffer.concat([...parts, rest.subarray(0, at)]);
        parts = [];
        size = 0;
        rest = rest.subarray(at + 1);
      }
      parts.push(rest);
      size += rest.length;
      if (size > MAX_LINE_BYTES) throw altered(path);
    }
    if (size > 0) throw new BackupError(`${path} is cut off in the middle of a line. Nothing was restored.`);
  } catch (error) {
    throw readError(path, error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function readError(path: string, error: unknown): Error {
  if (error instanceof BackupError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    return new BackupError(`${path} is cut off: the compressed data ends early. Nothing was restored.`);
  }
  if (typeof code === "string" && code.startsWith("Z_")) {
    return new BackupError(`${path} is damaged or not a backup (${messageOf(error)}). Nothing was restored.`);
  }
  return new BackupError(`${path} cannot be read: ${messageOf(error)}.`, { cause: error });
}

function altered(path: string): BackupError {
  return new BackupError(`${path} is not as npm run backup wrote it. Nothing was restored.`);
}

function parseJson(line: Buffer | undefined): unknown {
  try {
    return JSON.parse(line?.toString("utf8") ?? "");
  } catch {
    // Not JSON: the schema check that follows reports it.
    return undefined;
  }
}
