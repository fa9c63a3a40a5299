import { runFileCommand } from "./command-line.ts";
import { runBackup } from "./operations/backup-command.ts";

await runFileCommand("npm run backup -- <file that does not exist yet>", runBackup);
