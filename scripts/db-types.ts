/**
 * Writes src/db/schema.ts: starts a temporary PostgreSQL, runs all migrations and generates types from the result.
 * `--check` writes nothing and exits with 1 if the file does not match the migrations.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  ColumnTypeNode,
  type GenerateOptions,
  generate,
  IdentifierNode,
  PostgresDialect,
  RawExpressionNode,
} from "kysely-codegen";
import type { Logger } from "../src/core/logger.ts";
import { createDatabase } from "../src/db/client.ts";
import { startTemporaryPostgres } from "../src/db/embedded/launcher.ts";
import { migrate } from "../src/db/migrate.ts";

const SCHEMA_FILE = fileURLToPath(new URL("../src/db/schema.ts", import.meta.url));
const BOOKKEEPING = "public.schema_(migrations|lock)";

/** The generator's dialect, with the types that pg returns with the parsers of src/db/client.ts. */
function createDialect(): PostgresDialect {
  const dialect = new PostgresDialect();
  const { definitions, scalars } = dialect.adapter;
  definitions.Int8 = columnType("bigint", "bigint | number");
  definitions.Timestamp = columnType("Date", "Date");
  // Read as unknown, for zod to parse. Written as JSON text, because pg turns arrays into SQL arrays.
  Object.assign(definitions, { JsonText: columnType("unknown", "string") });
  scalars.jsonb = new IdentifierNode("JsonText");
  return dialect;
}

function columnType(select: string, write: string): ColumnTypeNode {
  const written = new RawExpressionNode(write);
  return new ColumnTypeNode(new IdentifierNode(select), written, written);
}

const toConsole: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
  child: () => toConsole,
};

async function generateTypes(): Promise<string> {
  const postgres = await startTemporaryPostgres({ logger: toConsole });
  const { connectionString } = postgres;
  const { db, close } = createDatabase({ connectionString, applicationName: "db-types", logger: toConsole });
  try {
    await migrate(db, { logger: toConsole });
    return await generate({
      // The generator is CommonJS, so for TypeScript its Kysely and ours are different classes.
      db: db as unknown as GenerateOptions["db"],
      dialect: createDialect(),
      excludePattern: BOOKKEEPING,
      outFile: null,
    });
  } finally {
    await close();
    await postgres.stop();
  }
}

async function main(): Promise<void> {
  const types = await generateTypes();
  if (!process.argv.includes("--check")) return await writeFile(SCHEMA_FILE, types);
  if ((await readFile(SCHEMA_FILE, "utf8")) === types) return;
  console.error("src/db/schema.ts does not match the migrations. Run: npm run db:types");
  process.exitCode = 1;
}

await main();
