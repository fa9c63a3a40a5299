import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";

const STATIC_DIR = join(import.meta.dirname, "static");
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
/** File names without slashes or two dots, so that a request cannot leave the folder. */
const ASSET_NAME = /^[a-z0-9-]+\.(css|js|svg)$/;

/** Serves the page and its files. They are read on each request, so that a reload shows edits. */
export function createAssets(): Hono {
  const app = new Hono();
  app.get("/", async (c) => c.html(await readFile(join(STATIC_DIR, "index.html"), "utf8")));
  app.get("/static/:name", async (c) => {
    const match = ASSET_NAME.exec(c.req.param("name"));
    const type = TYPES[match?.[1] ?? ""];
    if (!match || !type) return c.notFound();
    try {
      return c.body(await readFile(join(STATIC_DIR, match[0]), "utf8"), 200, { "content-type": type });
    } catch {
      // The file does not exist.
      return c.notFound();
    }
  });
  return app;
}
