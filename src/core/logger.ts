/**
 * The part of pino that the code uses. Objects that are logged hold ids, codes and counts: never a key, a
 * token, a phone number, a code, a URL with a query, or a whole update.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Logger;
}
