import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Demo, startDemo } from "../../sandbox/demo.ts";
import { launchBrowser, visit } from "../support/browser.ts";
import { button, chat, clipboard, say } from "../support/page-tests.ts";

const SECONDS = 1000;
/** The demo's pretend providers deliver a code five seconds after the purchase. */
const CODE_WITHIN_MS = 30 * SECONDS;

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ port: 0 }), launchBrowser()]);
}, 120 * SECONDS);
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

/** The newest button in the chat with that label: older cards keep theirs. */
const key = (page: Page, name: string | RegExp) => chat(page).getByRole("button", { name }).last();

async function topUp(page: Page): Promise<void> {
  await say(page, "/topup");
  await key(page, /⭐\d/).click();
  await key(page, /^Pay/).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Pay/ }).click();
  await chat(page)
    .getByText(/added\. Balance/)
    .waitFor();
}

async function choose(page: Page, country: RegExp): Promise<void> {
  await say(page, "/buy");
  await key(page, /WhatsApp/).click();
  await key(page, country).click();
  await key(page, /\bget\b/i).click();
}

describe("the demo", () => {
  test("sells a WhatsApp code from Start to Done, and what happened is told beside it", async () => {
    const { context, page, problems } = await visit(browser, demo.url);
    await button(page, "Start").click();
    await key(page, /./).waitFor();
    await topUp(page);
    await choose(page, /UK|United Kingdom/);

    const copyNumber = key(page, /^Copy \+44\d+$/);
    await copyNumber.click();
    await expect.poll(() => clipboard(page)).toMatch(/^\+44\d{10}$/);
    const order = page.getByRole("region", { name: "The order" });
    await order.getByText("Waiting", { exact: true }).waitFor();

    const copyCode = key(page, /^Copy \d{4,8}$/);
    await copyCode.waitFor({ timeout: CODE_WITHIN_MS });
    const code = (await copyCode.textContent())?.replace(/\D/g, "") ?? "";
    await copyCode.click();
    await expect.poll(() => clipboard(page)).toBe(code);
    await chat(page).getByText(code, { exact: true }).last().waitFor();

    await key(page, "Close number").click();
    await order.getByText("finished", { exact: true }).waitFor();
    const sale = page.getByRole("region", { name: "This sale" });
    await expect.poll(() => sale.locator("dd").count()).toBe(3);
    const [price, cost, profit] = await sale.locator("dd").allTextContents();
    expect(micros(profit)).toBe(micros(price) - micros(cost));
    expect(micros(profit)).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("gives the money back when no code comes", async () => {
    const { context, page } = await visit(browser, demo.url);
    await button(page, "Start").click();
    await key(page, /./).waitFor();
    await topUp(page);
    const money = page.getByRole("region", { name: "The buyer's money" }).locator("dd");
    // The money in the panel follows the message in the chat.
    await expect.poll(() => money.first().textContent()).not.toBe("$0.00");
    const [before] = await money.allTextContents();
    await page.getByRole("button", { name: /^No code/ }).click();
    await choose(page, /UK|United Kingdom/);
    await key(page, /^Copy \+44\d+$/).waitFor();
    await expect.poll(() => money.nth(1).textContent()).not.toBe("$0.00");

    await page.getByRole("button", { name: /^Time/ }).click();
    await chat(page)
      .getByText(/No code came\./)
      .waitFor({ timeout: 60 * SECONDS });
    await page.getByRole("region", { name: "The order" }).getByText("expired", { exact: true }).waitFor();
    await expect.poll(() => money.allTextContents()).toEqual([before, "$0.00"]);
    // The next visitors find the demo as it begins.
    await page.getByRole("button", { name: /^Time/ }).click();
    await page.getByRole("button", { name: /^Code in 5 s/ }).click();
    await context.close();
  }, 120_000);

  test("typed words, the payment of what is missing, and the number is there without another tap", async () => {
    const { context, page } = await visit(browser, demo.url);
    await button(page, "Start").click();
    await key(page, "Buy a number").waitFor();
    await say(page, "watsap poland");
    await key(page, /^Pay ⭐\d+ and buy$/).click();
    await key(page, /^Pay \d+ Stars$/).click();
    await page.getByRole("dialog").getByRole("button", { name: /^Pay/ }).click();
    await key(page, /^Copy \+48\d+$/).waitFor();
    await key(page, /^Copy \d{4,8}$/).waitFor({ timeout: CODE_WITHIN_MS });
    await say(page, "/buy");
    await key(page, /^Repeat WhatsApp 🇵🇱/).waitFor();
    await context.close();
  });

  test("a number that the app refuses is exchanged for one that works", async () => {
    const { context, page } = await visit(browser, demo.url);
    await button(page, "Start").click();
    await key(page, /./).waitFor();
    await topUp(page);
    await page.getByRole("button", { name: "The app refuses a number" }).click();
    await choose(page, /UK|United Kingdom/);
    const first = await key(page, /^Copy \+44\d+$/).textContent();
    await key(page, "App refused it").click();
    await page.getByRole("button", { name: /^Time/ }).click();
    await chat(page).getByText("The app refused this number").waitFor({ timeout: CODE_WITHIN_MS });
    await page.getByRole("button", { name: /^Time/ }).click();
    await expect.poll(() => key(page, /^Copy \+44\d+$/).textContent()).not.toBe(first);
    await key(page, /^Copy \d{4,8}$/).waitFor({ timeout: CODE_WITHIN_MS });
    await page.getByRole("button", { name: "Code in 5 s" }).click();
    await context.close();
  });

  test("who asks for a product that is sold out everywhere hears when it is back", async () => {
    const { context, page } = await visit(browser, demo.url);
    await button(page, "Start").click();
    await key(page, /./).waitFor();
    await topUp(page);
    const soldOut = page.getByRole("button", { name: "Sold out everywhere" });
    await say(page, "instagram india");
    await key(page, /\bget\b/i).waitFor();
    await soldOut.click();
    await key(page, /\bget\b/i).click();
    await key(page, "Tell me when it's back").click();
    await page.getByText("We'll tell you once").waitFor();
    await soldOut.click();
    await page.getByRole("button", { name: /^Time/ }).click();
    await chat(page)
      .getByText("is on sale again")
      .waitFor({ timeout: 60 * SECONDS });
    await page.getByRole("button", { name: /^Time/ }).click();
    await context.close();
  }, 120_000);
});

/** "$0.1625" as a whole number of micro-dollars. */
function micros(text: string | undefined): number {
  return Math.round(Number(text?.replace("$", "")) * 1_000_000);
}
