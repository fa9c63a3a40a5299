import type { Logger } from "../../src/core/logger.ts";

/** A logger that prints nothing and counts warnings and errors. */
export interface CountingLogger extends Logger {
  /** Message → count, of warnings and errors only. */
  readonly complaints: ReadonlyMap<string, number>;
}

export function createCountingLogger(): CountingLogger {
  const complaints = new Map<string, number>();
  const count = (_fields: object, message: string): void => {
    complaints.set(message, (complaints.get(message) ?? 0) + 1);
  };
  const logger: CountingLogger = {
    complaints,
    debug: () => undefined,
    info: () => undefined,
    warn: count,
    error: count,
    child: () => logger,
  };
  return logger;
}

/** "2 × prices not read" or "none". */
export function describeComplaints({ complaints }: CountingLogger): string {
  const lines = [...complaints].map(([message, times]) => `${times} × ${message}`);
  return lines.length === 0 ? "none" : lines.join("; ");
}
