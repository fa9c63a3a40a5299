import type { Logger } from "../../src/core/logger.ts";

/** A logger for tests that are not about the log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
