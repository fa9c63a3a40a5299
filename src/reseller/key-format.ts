import { createHash, randomInt } from "node:crypto";

/**
 * A key is exactly 32 characters, because a client in the wild demands that: "ns", 6 of an id, 20 of a secret, and 4 of a
 * checksum over the rest, all of 0-9A-Za-z. The checksum turns typing errors and scanners away before the database is
 * asked, and lets scanners for leaked secrets recognise a key.
 */
const PREFIX = "ns";
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 6;
const SECRET_LENGTH = 20;
const CHECK_LENGTH = 4;
const SHAPE = /^ns[0-9A-Za-z]{30}$/;

export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

export interface NewKeyText extends KeyParts {
  /** The whole key. It is shown once and stored nowhere. */
  readonly text: string;
}

/** A new random key; its secret has 119 bits. */
export function makeKey(): NewKeyText {
  const id = random(ID_LENGTH);
  const secret = random(SECRET_LENGTH);
  const body = `${PREFIX}${id}${secret}`;
  return { id, secret, text: `${body}${checkOf(body)}` };
}

/** Longer than any key with what clients add to it. */
const MAX_GIVEN = 256;

/** Without blanks around it and slashes after it. Cut first: whatever it costs to trim, it is paid for a short text. */
export function trimmedKey(given: string): string {
  return given.slice(0, MAX_GIVEN).trim().replace(/\/+$/, "");
}

/** Undefined: nothing that we ever made. Blanks around it and slashes after it are left out: clients add them. */
export function readKey(given: string): KeyParts | undefined {
  const text = trimmedKey(given);
  if (!SHAPE.test(text)) return undefined;
  const body = text.slice(0, -CHECK_LENGTH);
  if (checkOf(body) !== text.slice(-CHECK_LENGTH)) return undefined;
  const id = body.slice(PREFIX.length, PREFIX.length + ID_LENGTH);
  return { id, secret: body.slice(PREFIX.length + ID_LENGTH) };
}

/** What is stored of a secret. It is long and random, so that no slow hash is needed. */
export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function random(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

function checkOf(body: string): string {
  let rest = createHash("sha256").update(body).digest().readUInt32BE(0);
  let check = "";
  for (let index = 0; index < CHECK_LENGTH; index += 1) {
    check += LETTERS[rest % LETTERS.length];
    rest = Math.floor(rest / LETTERS.length);
  }
  return check;
}
