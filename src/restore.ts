import { runFileCommand } from "./command-line.ts";
import { runRestore } from "./operations/backup-command.ts";

await runFileCommand("npm run restore -- <file>", runRestore);
