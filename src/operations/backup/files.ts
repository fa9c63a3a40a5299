/** `numstore-20261121T090000Z.backup` */
const NAME = /^numstore-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.backup$/;

/** A scheduled backup in its folder. */
export interface BackupFile {
  readonly name: string;
  readonly at: Date;
}

export function backupName(at: Date): string {
  const digits = at.toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `numstore-${digits}Z.backup`;
}

/** The scheduled backups among these file names, the newest first. Other files are nobody's business. */
export function backupsAmong(names: readonly string[]): BackupFile[] {
  const files = names.flatMap((name) => {
    const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
    if (year === undefined) return [];
    const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(at.getTime()) ? [] : [{ name, at }];
  });
  return files.sort((a, b) => b.at.getTime() - a.at.getTime());
}

export function newestBackup(names: readonly string[]): BackupFile | undefined {
  return backupsAmong(names)[0];
}
