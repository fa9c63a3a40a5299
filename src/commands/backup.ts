import { runBackup } from "./backup/run.ts";
import { runFileCommand } from "./command-line.ts";

await runFileCommand("npm run backup -- <file that does not exist yet>", runBackup);
