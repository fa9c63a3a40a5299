// @ts-check
/** npm runs this after an install: see src/db/embedded/link-libraries.mjs. */
import { findPostgresPackage, linkLibraries } from "../src/db/embedded/link-libraries.mjs";

const packageDirectory = findPostgresPackage();
if (packageDirectory) await linkLibraries(packageDirectory);
else console.log(`No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL.`);
