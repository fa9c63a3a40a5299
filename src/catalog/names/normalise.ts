import { createHash } from "node:crypto";

const MAX_NAME = 200;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const UNMAPPED_ID = /^~[a-z2-7]{8}$/;

/** Lower case, no accents, letters and digits of any script; everything else is a gap. At most 200 characters are read. */
export function words(text: string): string[] {
  return text
    .slice(0, MAX_NAME)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** What is compared when names are compared: "Whats-App" and "WhatsApp" are one. */
export function nameKey(text: string): string {
  return words(text).join("");
}

/** {@link nameKey} for countries: "St. Kitts & Nevis" is "Saint Kitts and Nevis". */
export function countryKey(text: string): string {
  return words(text.replaceAll("&", " and "))
    .map((word) => (word === "st" ? "saint" : word))
    .join("");
}

/**
 * The id of what none of our tables names: "~" and a digest of the name, so that two providers that use the same
 * name sell the same thing. `fallback` stands in for a name without a letter.
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
