import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Demo, startDemo } from "../../sandbox/demo.ts";
import { launchBrowser, visit } from "../support/browser.ts";
import { button, say } from "../support/page-tests.ts";

const SECONDS = 1000;
const KEY = /ns[0-9A-Za-z]{30}/;

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ port: 0 }), launchBrowser()]);
}, 120 * SECONDS);
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

const log = (page: Page, whose: string) => page.getByRole("log", { name: `${whose}'s chat` });

describe("the demo's operator", () => {
  test("finds the desk open on a shop with a month behind it", async () => {
    const { context, page, problems } = await visit(browser, demo.url);
    await button(page, /^Operator/).click();
    const chat = log(page, "Operator");
    await chat.getByText("8 waiting in the queue").waitFor();
    const key = (name: string | RegExp) => chat.getByRole("button", { name }).last();
    await key("📈 Figures").click();
    await key("30 days").click();
    const card = chat.locator(".message").last();
    await card.getByText(/Sold: 1\d{3} ·/).waitFor();
    await key("🖼 Picture").click();
    const picture = chat.locator(".message:last-child img.photo");
    await picture.waitFor();
    const width = () =>
      picture.evaluate((image) => ("naturalWidth" in image ? Number(image.naturalWidth) : 0));
    await expect.poll(width).toBeGreaterThan(400);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("the demo's reseller", () => {
  test.each(["hero-sms", "sms-activate", "curl"])(
    "makes a key in the chat, with which %s buys a number, gets its code and finishes",
    async (client) => {
      const { context, page, problems } = await visit(browser, demo.url);
      await button(page, "Reseller").click();
      const chat = log(page, "Reseller");
      await button(page, "Start").click();
      await chat.getByRole("button").first().waitFor();
      await say(page, "/api");
      await chat.getByRole("button", { name: "Accept and go on" }).click();
      await chat.getByRole("button", { name: "New key", exact: true }).last().click();
      await chat.getByText(KEY).waitFor();
      const key = KEY.exec((await chat.textContent()) ?? "")?.[0] ?? "";
      await page.getByRole("textbox", { name: "API key" }).fill(key);
      await page.getByRole("combobox", { name: "Client" }).selectOption(client);
      await button(page, "Run").click();
      const terminal = page.getByRole("log", { name: "Terminal" });
      await terminal.getByText(/number \+44/).waitFor();
      await terminal.getByText("Done: bought, delivered, finished.").waitFor({ timeout: 40 * SECONDS });
      const lines = await terminal.locator("p").allTextContents();
      const steps = ["alance", "umber", "number +44", "tatus", "code ", "Done"];
      const places = steps.map((step) => lines.findIndex((line) => line.includes(step)));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect(problems).toEqual([]);
      await context.close();
    },
    90 * SECONDS,
  );

  test("is told the shop's own word for a wrong key, and other people see no terminal", async () => {
    const { context, page } = await visit(browser, demo.url);
    await button(page, "Reseller").click();
    await page.getByRole("textbox", { name: "API key" }).fill("ns000000");
    await page.getByRole("combobox", { name: "Client" }).selectOption("curl");
    await button(page, "Run").click();
    await page.getByRole("log", { name: "Terminal" }).getByText("BAD_KEY").first().waitFor();
    await button(page, "Buyer").click();
    await expect.poll(() => page.getByRole("log", { name: "Terminal" }).count()).toBe(0);
    await context.close();
  });
});
