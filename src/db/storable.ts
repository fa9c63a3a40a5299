/**
 * Makes text acceptable to PostgreSQL, which refuses NUL and half of a surrogate pair, and with them the whole
 * transaction. Badly decoded SMS contain both.
 */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** The same for text that may be absent. */
export function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}
