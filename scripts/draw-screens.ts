/**
 * `npm run screens`: draws the README's picture, a sheet of ten cards for each language and one of the operators' desk
 * again, from the demo as it is. Somebody walks through the page in Chromium (CHROMIUM_PATH, else /usr/bin/chromium), about
 * half a minute a sheet. `npm run screens -- ar desk` draws only these sheets.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";
import { startDemo } from "../sandbox/demo.ts";
import { languages } from "../src/texts/index.ts";
import { drawChat } from "./screens/chat-picture.ts";
import { deskTour, openOperator } from "./screens/desk-tour.ts";
import { drawSheet } from "./screens/sheet.ts";
import { tour } from "./screens/tour.ts";
import { openVisitor } from "./screens/visitor.ts";

const DOCS = join(import.meta.dirname, "..", "docs");
const CARDS = join(DOCS, "cards");

const DESK = "desk";

/** `only`: languages, or "desk"; empty: everything. */
async function draw(browser: Browser, url: string, only: readonly string[]): Promise<void> {
  await mkdir(CARDS, { recursive: true });
  if (only.length === 0) await drawChat(browser, url, join(DOCS, "chat.png"));
  for (const texts of languages.filter(({ language }) => only.length === 0 || only.includes(language))) {
    const visitor = await openVisitor(browser, url, texts);
    const cards = await tour(visitor);
    await drawSheet(visitor, cards, join(CARDS, `${texts.language}.png`));
    await visitor.close();
    process.stdout.write(`${texts.name}: ${cards.length} cards\n`);
  }
  if (only.length === 0 || only.includes(DESK)) await drawDesk(browser, url);
}

async function drawDesk(browser: Browser, url: string): Promise<void> {
  const operator = await openOperator(browser, url);
  const cards = await deskTour(operator);
  await drawSheet(operator, cards, join(CARDS, `${DESK}.png`));
  await operator.close();
  process.stdout.write(`Operators' desk: ${cards.length} cards\n`);
}

const demo = await startDemo({ port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  await draw(browser, demo.url, process.argv.slice(2));
} finally {
  await browser.close();
  await demo.close();
}
