export type EmbeddedPostgresProblem =
  /** No binaries for this machine: platform, C library, or not installed. */
  | "unsupported"
  /** The account that runs the shop cannot run PostgreSQL. */
  | "account"
  /** The data directory belongs to a process that is alive. */
  | "in_use"
  /** PostgreSQL or initdb did not come up. */
  | "failed";

/** Why the embedded PostgreSQL cannot be used; the message tells an operator what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly problem: EmbeddedPostgresProblem;
  constructor(problem: EmbeddedPostgresProblem, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.problem = problem;
  }
}
