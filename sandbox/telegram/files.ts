import { badRequest } from "./errors.ts";

/** Photos and documents kept at once; the oldest go first. */
const MAX_FILES = 200;

export interface FileStore {
  /** Keeps the bytes and returns their file id. */
  add(bytes: Uint8Array, extension: string): string;
  /** The File object; throws for an id it never gave out. */
  info(fileId: string): { file_id: string; file_unique_id: string; file_size: number; file_path: string };
  read(path: string): Uint8Array | undefined;
  bytes(fileId: string): Uint8Array | undefined;
  has(fileId: string): boolean;
}

export function createFileStore(): FileStore {
  const files = new Map<string, { path: string; bytes: Uint8Array }>();
  let count = 0;

  return {
    add(bytes, extension) {
      count += 1;
      const fileId = `AgACAgpretend${String(count).padStart(6, "0")}`;
      files.set(fileId, { path: `files/file_${count}.${extension}`, bytes });
      const oldest = files.keys().next().value;
      if (files.size > MAX_FILES && oldest !== undefined) files.delete(oldest);
      return fileId;
    },
    info(fileId) {
      const file = files.get(fileId);
      if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
      return {
        file_id: fileId,
        file_unique_id: `u${fileId}`,
        file_size: file.bytes.byteLength,
        file_path: file.path,
      };
    },
    read: (path) => [...files.values()].find((file) => file.path === path)?.bytes,
    bytes: (fileId) => files.get(fileId)?.bytes,
    has: (fileId) => files.has(fileId),
  };
}
