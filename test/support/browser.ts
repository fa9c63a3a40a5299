import { existsSync } from "node:fs";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

const USUAL_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
/** No calls home, no sandbox (tests run as root in containers), no GPU. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The installed Chromium: `CHROMIUM_PATH`, else the usual places. Throws with what to do where there is none. */
function findChromium(env: NodeJS.ProcessEnv): string {
  const wanted = env.CHROMIUM_PATH;
  const candidates = wanted ? [wanted] : USUAL_PATHS;
  const found = candidates.find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    `The browser tests need Chromium and found none at ${candidates.join(", ")}. ` +
      "Install it with `apt-get install chromium`, or set CHROMIUM_PATH to the program.",
  );
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(process.env), headless: true, args: FLAGS });
}

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts and refusals by the content security policy; a healthy page has none. */
  readonly problems: string[];
}

/** A visitor of their own: a fresh browser profile that may use the clipboard. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/London", ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(url).origin });
  const page = await context.newPage();
  const problems = watchForProblems(page);
  await page.goto(url);
  return { context, page, problems };
}

export function watchForProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) problems.push(message.text());
  });
  return problems;
}
