// @ts-check
/**
 * `npm run picture`: draws the bot's profile picture again. Telegram takes JPEG only and shows it as a circle, so what
 * matters stays in the middle. Needs Chromium (CHROMIUM_PATH, else /usr/bin/chromium).
 */
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { ROOT } from "./built-from.mjs";

const SIZE = 512;
const TARGET = join(ROOT, "src", "bot", "picture", "bot-picture.jpg");

/** A message with a code of six digits, on the colours of the demo page. */
const DRAWING = `
<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 512 512">
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="#1f8464"/><stop offset="1" stop-color="#17624a"/>
    </linearGradient>
  </defs>
  <rect width="512" height="512" fill="url(#sky)"/>
  <path d="M136 148h240a36 36 0 0 1 36 36v128a36 36 0 0 1-36 36H232l-66 58v-58h-30a36 36 0 0 1-36-36V184a36 36 0 0 1 36-36z" fill="#fbf9f4"/>
  ${[150, 190, 230, 282, 322, 362].map((x) => `<circle cx="${x}" cy="248" r="15" fill="#17624a"/>`).join("")}
</svg>`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${DRAWING}`);
  await page.screenshot({ path: TARGET, type: "jpeg", quality: 85 });
} finally {
  await browser.close();
}
