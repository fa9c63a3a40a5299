import type { Browser, Locator, Page } from "playwright-core";
import type { Texts } from "../../src/texts/texts.ts";

/** Somebody at the demo's page whose browser speaks one language. */
export interface Visitor {
  readonly page: Page;
  readonly texts: Texts;
  readonly chat: Locator;
  say(text: string): Promise<void>;
  /** Waits for the newest button with that label, and presses it. */
  tap(label: string | RegExp): Promise<void>;
  /** Presses the newest button that stands out: Get or Pay. */
  tapMain(): Promise<void>;
  /** Pays the newest invoice. */
  pay(): Promise<void>;
  /** Presses one of the page's buttons beside the chat, which are in English. */
  scenario(label: string): Promise<void>;
  /** The HTML of the newest message that has this text, or this button. */
  card(mark: { text?: string; button?: string | RegExp }): Promise<string>;
  close(): Promise<void>;
}

const WAIT_MS = 30_000;
const SIZE = { width: 1280, height: 900 };

export async function openVisitor(
  browser: Browser,
  url: string,
  texts: Texts,
  whose: "Buyer" | "Operator" = "Buyer",
): Promise<Visitor> {
  const locale = { en: "en-GB", pt: "pt-BR" }[texts.language as string] ?? texts.language;
  const context = await browser.newContext({
    locale,
    timezoneId: "Europe/London",
    viewport: SIZE,
    reducedMotion: "reduce",
    // The sheet has rules of its own.
    bypassCSP: true,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(url);
  const chat = page.getByRole("log", { name: `${whose}'s chat` });
  if (whose === "Operator") await page.getByRole("button", { name: /^Operator/ }).click();
  const key = (label: string | RegExp): Locator =>
    chat.getByRole("button", { name: label, exact: typeof label === "string" }).last();
  const tap = (label: string | RegExp): Promise<void> => key(label).click();
  return {
    page,
    texts,
    chat,
    tap,
    async say(text) {
      await page.getByRole("textbox", { name: "Message" }).fill(text);
      await page.keyboard.press("Enter");
    },
    tapMain: () => chat.locator(".message:last-child .key[data-style=primary]").click(),
    async pay() {
      await chat.locator(".message:last-child .key[data-kind=pay]").click();
      await page.getByRole("dialog").getByRole("button", { name: /^Pay/ }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    },
    scenario: (label) => page.locator(".about").getByRole("button", { name: label, exact: true }).click(),
    async card({ text, button }) {
      const found = button === undefined ? chat.getByText(text ?? "").last() : key(button);
      const message = found.locator("xpath=ancestor::article");
      // As it was at this moment: the page would go on counting the minutes.
      return (await message.evaluate((element) => element.outerHTML)).replaceAll(
        "data-relative",
        "data-counted",
      );
    },
    close: () => context.close(),
  };
}
