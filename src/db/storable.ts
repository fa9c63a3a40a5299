/**
 * Text as PostgreSQL takes it: it refuses NUL and half of a surrogate pair, and with them everything that was to be
 * written in the same transaction. Badly decoded SMS hold both.
 */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** The same where there may be none. */
export function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}
