import type { BenchDatabase } from "./server.ts";
import type { Cell } from "./table.ts";

/** What a bench gets from run.ts. */
export interface BenchContext {
  /** A migrated database of its own on the durable server; dropped at the end of the run. */
  database(): Promise<BenchDatabase>;
  /** Prints a table under a heading. */
  table(title: string, header: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** Prints one sentence. */
  note(text: string): void;
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly about: string;
  run(context: BenchContext): Promise<void>;
}
