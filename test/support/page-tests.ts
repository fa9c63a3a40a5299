import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { launchBrowser, type Visit, visit } from "./browser.ts";
import { type PageWorld, startPageWorld } from "./page.ts";
import { apiOf } from "./telegram.ts";

export interface PageTests {
  readonly world: PageWorld;
  /** A new visitor, who comes by that path of the page; the test fails if their page has a script error or breaks its security policy. */
  open(options?: BrowserContextOptions, path?: string): Promise<Page>;
  /** A message from the bot to the chat that it wrote to last: the buyer's. */
  fromBot(text: string): Promise<{ message_id: number }>;
  lastChatId(): number;
}

/** One browser for the test file, a fresh pretend Telegram, bot and page for each test. */
export function usePage(): PageTests {
  let browser: Browser;
  let world: PageWorld;
  let visits: Visit[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    world = await startPageWorld();
  });
  afterEach(async () => {
    const problems = visits.flatMap((each) => each.problems);
    for (const { context } of visits) await context.close();
    visits = [];
    await world.close();
    expect(problems).toEqual([]);
  });

  const lastChatId = (): number => Number(world.telegram.calls("sendMessage").at(-1)?.params.chat_id);
  return {
    get world() {
      return world;
    },
    async open(options, path = "") {
      const opened = await visit(browser, `${world.url}${path}`, options);
      visits.push(opened);
      return opened.page;
    },
    lastChatId,
    fromBot: (text) => apiOf(world.telegram).sendMessage(lastChatId(), text),
  };
}

/** By its exact label, or by a pattern. */
export function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole("button", { name, exact: typeof name === "string" });
}

export function chat(page: Page): Locator {
  return page.getByRole("log", { name: "Buyer's chat" });
}

export function field(page: Page): Locator {
  return page.getByRole("textbox", { name: "Message" });
}

export async function start(page: Page): Promise<void> {
  await button(page, "Start").click();
  await button(page, "WhatsApp").waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press("Enter");
}

export function clipboard(page: Page): Promise<string> {
  return page.evaluate("navigator.clipboard.readText()");
}
