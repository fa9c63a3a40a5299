import { createHash } from "node:crypto";
import { v7 } from "uuid";

/** A new row id: UUIDv7, so that rows made together lie together in the index. */
export function newId(): string {
  return v7();
}

/** The same id for the same text, always (UUIDv8 of its SHA-256). */
export function idFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHORT = /^[A-Za-z0-9_-]{22}$/;

/** A UUID in 22 URL-safe characters, for callback data (64 bytes at most) and start parameters. */
export function shortenId(id: string): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
}

/** The inverse of {@link shortenId}; undefined for anything that is not one. */
export function expandId(short: string): string | undefined {
  if (!SHORT.test(short)) return undefined;
  const hex = Buffer.from(short, "base64url").toString("hex");
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    "-",
  );
  return UUID.test(id) ? id : undefined;
}
