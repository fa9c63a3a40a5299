export function findPostgresPackage(): string | undefined;
export function linkLibraries(packageDirectory: string): Promise<number>;
