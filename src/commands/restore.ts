import { runRestore } from "./backup/run.ts";
import { runFileCommand } from "./command-line.ts";

await runFileCommand("npm run restore -- <file>", runRestore);
