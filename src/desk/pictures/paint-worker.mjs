// @ts-check
/**
 * Turns SVG into PNG in a thread of its own, because it takes a tenth of a second of pure computing. Plain JavaScript, so
 * that the same file runs from src/ and, copied, from dist/.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const FONT_FAMILY = "DejaVu Sans";
const { resolve } = createRequire(import.meta.url);

/** The build puts the font beside this file; from src/ it is read out of its package, a development dependency. */
function fontFile() {
  const built = fileURLToPath(new URL("./fonts/DejaVuSans.ttf", import.meta.url));
  if (existsSync(built)) return built;
  return join(dirname(resolve("dejavu-fonts-ttf/package.json")), "ttf", "DejaVuSans.ttf");
}

async function load() {
  const [wasm, font] = await Promise.all([
    readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")),
    readFile(fontFile()),
  ]);
  await initWasm(wasm);
  return new Uint8Array(font);
}

/** @type {Promise<Uint8Array> | undefined} */
let loading;

/** @param {string} svg */
async function paint(svg) {
  loading ??= load();
  const font = { fontBuffers: [await loading], defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY };
  const drawing = new Resvg(svg, { font });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}

parentPort?.on("message", async (/** @type {string} */ svg) => {
  try {
    parentPort?.postMessage({ png: await paint(svg) });
  } catch (error) {
    parentPort?.postMessage({ problem: String(error) });
  }
});
