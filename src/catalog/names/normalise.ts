import { createHash } from "node:crypto";

const MAX_NAME = 200;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const UNMAPPED_ID = /^~[a-z2-7]{8}$/;

/** Splits a text into words: lower case, without accents, letters and digits of any script. Reads at most 200 characters. */
export function words(text: string): string[] {
  return text
    .slice(0, MAX_NAME)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** The form in which names are compared: "Whats-App" and "WhatsApp" are equal. */
export function nameKey(text: string): string {
  return words(text).join("");
}

/** {@link nameKey} for countries: "St. Kitts & Nevis" equals "Saint Kitts and Nevis". */
export function countryKey(text: string): string {
  return words(text.replaceAll("&", " and "))
    .map((word) => (word === "st" ? "saint" : word))
    .join("");
}

/**
 * The id of a name that our tables do not have: "~" and a digest of the name, so that providers that use the same name
 * share one id. `fallback` is used for a name without letters and digits.
 */
export function unmappedId(key: string, fallback: string): string {
  const digest = createHash("sha256")
    .update(key === "" ? `code:${fallback}` : key)
    .digest();
  const letters = [...digest.subarray(0, 8)].map((byte) => BASE32.charAt(byte % BASE32.length));
  return `~${letters.join("")}`;
}

export function isUnmappedId(id: string): boolean {
  return UNMAPPED_ID.test(id);
}
