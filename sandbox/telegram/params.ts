import { z } from "zod";
import { badRequest } from "./errors.ts";
import { parseMultipart } from "./multipart.ts";

/** A file from a multipart body. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The unparsed parameters of a call: JSON values, or strings if the body was a form. */
export interface RawCall {
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, UploadedFile>;
}

const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** Reads query, JSON, form or multipart parameters; a body that cannot be read is a 400 as on Telegram. */
export async function readCall(request: Request): Promise<RawCall> {
  const params: Record<string, unknown> = Object.fromEntries(new URL(request.url).searchParams);
  const files = new Map<string, UploadedFile>();
  if (request.method !== "POST") return { params, files };
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw badRequest("Request Entity Too Large");
  }
  const type = request.headers.get("content-type") ?? "";
  if (type.includes("application/json")) {
    Object.assign(params, parseJsonBody(await request.text()));
  } else if (type.includes("multipart/form-data")) {
    for (const part of parseMultipart(new Uint8Array(await request.arrayBuffer()), type)) {
      if (part.fileName === undefined) params[part.name] = Buffer.from(part.bytes).toString("utf8");
      else files.set(part.name, { name: part.fileName, bytes: part.bytes });
    }
  } else if (type.includes("application/x-www-form-urlencoded")) {
    Object.assign(params, Object.fromEntries(new URLSearchParams(await request.text())));
  }
  return { params, files };
}

function parseJsonBody(body: string): object {
  if (body === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Reported to the bot by the refusal below.
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw badRequest("Can't parse request JSON object");
  }
  return parsed;
}

/** The Bot API's texts for missing parameters, where they differ from "parameter ... is required". */
const MISSING: Readonly<Record<string, string>> = {
  chat_id: "chat_id is empty",
  text: "message text is empty",
  message_id: "Message identifier is not specified",
  file_id: "file_id not specified",
  action: "wrong parameter action in request",
};

/** Checks the parameters of one method; throws the refusal for the first one that is missing or wrong. */
export function parseParams<T>(schema: z.ZodType<T>, params: Readonly<Record<string, unknown>>): T {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? "");
  const value = params[name];
  if (value === undefined || value === null || value === "") {
    throw badRequest(MISSING[name] ?? `Parameter "${name}" is required`);
  }
  throw badRequest(`Can't parse "${name}": ${parsed.error.issues[0]?.message ?? "invalid value"}`);
}

/** In JSON bodies, null means that the parameter is absent. */
const absent = (value: unknown): unknown => (value === null ? undefined : value);

/** An integer, also as a string of digits. */
export const integer = z.preprocess(
  (value) => (typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : absent(value)),
  z.int(),
);

/** A required text that is not empty. Numbers in JSON bodies are accepted as text. */
export const text = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : absent(value)),
  z.string().min(1),
);

/** An optional text. */
export const optionalText = z.preprocess(absent, z.string().optional());
export const optionalInteger = z.preprocess(absent, integer.optional());

/** A flag. Forms send "true", "1" or "yes". Absent means false. */
export const flag = z.preprocess(
  (value) => (typeof value === "string" ? ["true", "1", "yes"].includes(value.toLowerCase()) : absent(value)),
  z.boolean().default(false),
);

/** A JSON value, which forms carry as a string of JSON. */
export function json<T extends z.ZodType>(schema: T): z.ZodPreprocess<T> {
  return z.preprocess((value) => {
    if (typeof value !== "string") return absent(value);
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }, schema);
}

/** A chat: its id or an @username (which is looked up and not found, since users have none to the bot). */
export const chatId = z.preprocess(
  (value) => (typeof value === "number" ? value : typeof value === "string" ? value.trim() : absent(value)),
  z.union([z.number(), z.string().min(1)]),
);
