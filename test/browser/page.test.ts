import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { button, chat, clipboard, field, say, start, usePage } from "../support/page-tests.ts";

const tests = usePage();

describe("the chat", () => {
  test("says that it is a simulation and offers Start before anything else", async () => {
    const page = await tests.open();
    await button(page, "Start").waitFor();
    expect(await page.getByText("no real numbers, no real money, not Telegram").isVisible()).toBe(true);
    expect(await page.getByRole("textbox").count()).toBe(0);
  });

  test("Start and a pressed button reach the bot, and its edit is marked as one", async () => {
    const page = await tests.open();
    await start(page);
    expect(await page.getByText("edited").count()).toBe(0);
    await button(page, "WhatsApp").click();
    await chat(page).getByText("WhatsApp: choose a country").waitFor();
    await expect.poll(() => page.getByText("edited").count()).toBe(1);
    await expect.poll(() => button(page, "WhatsApp").count()).toBe(0);
  });

  test("a pressed button shows that it waits until the bot has answered", async () => {
    const page = await tests.open();
    await start(page);
    tests.world.telegram.faults.add({ method: "answerCallbackQuery", action: { kind: "delay", ms: 700 } });
    await button(page, "Toast").click();
    await page.locator(".key[aria-busy=true]").waitFor();
    await page.getByText("Just so you know").waitFor();
    await page.locator(".key[aria-busy=true]").waitFor({ state: "detached" });
  });

  test("an answer with an alert opens a dialog that OK closes", async () => {
    const page = await tests.open();
    await start(page);
    await button(page, "Alert").click();
    await page.getByRole("dialog").getByText("Read this first").waitFor();
    await button(page, "OK").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => focusedLabel(page)).toBe("Alert");
  });

  test("copy buttons put exactly their text on the clipboard and say so", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/buy");
    await button(page, "Copy +447700900123").click();
    await button(page, "Copied").waitFor();
    expect(await clipboard(page)).toBe("+447700900123");
    await button(page, "Copy 7700900123").click();
    await page.getByText("Copied 7700900123").waitFor();
    expect(await clipboard(page)).toBe("7700900123");
  });

  test("copying works where the browser has no clipboard interface", async () => {
    const page = await tests.open();
    await page.addInitScript("delete Navigator.prototype.clipboard");
    await page.reload();
    await start(page);
    await say(page, "/buy");
    await button(page, "Copy +447700900123").click();
    await button(page, "Copied").waitFor();
    await field(page).focus();
    await page.keyboard.press("Control+v");
    await expect.poll(() => field(page).inputValue()).toBe("+447700900123");
  });

  test("the command menu lists the bot's commands and sends the chosen one", async () => {
    const page = await tests.open();
    await start(page);
    await button(page, "Commands").click();
    await page.getByRole("menuitem", { name: "/topup Add money" }).waitFor();
    await page.keyboard.press("Enter");
    await button(page, "Copy +447700900123").waitFor();
    await expect.poll(() => page.getByRole("menu").count()).toBe(0);
  });

  test("what a message holds is shown as text, never run", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/hostile");
    await chat(page).getByText("onerror").waitFor();
    expect(await chat(page).locator("img, script, a").count()).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
  });

  test("a relative time runs with the simulated clock", async () => {
    const page = await tests.open();
    tests.world.setInsight({ speed: 60 });
    await start(page);
    await say(page, "/buy");
    await chat(page).getByText("in 18 minutes").waitFor();
    await chat(page).getByText("in 17 minutes").waitFor();
    await page.getByText("time ×60").waitFor();
  });
});

describe("paying", () => {
  test("Not now leaves the invoice open; Pay takes the pretend Stars and the bot hears of it", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/topup");
    await button(page, "Pay 100 Stars").click();
    await page.getByRole("dialog", { name: "Top up $1.30" }).getByText("10,000 pretend Stars").waitFor();
    await button(page, "Not now").click();
    expect(tests.world.telegram.stars.balance()).toBe(0);

    await button(page, "Pay 100 Stars").click();
    await page.getByRole("dialog").getByRole("button", { name: "Pay 100 Stars" }).click();
    await chat(page).getByText("$1.30 added. Balance $1.30.").waitFor();
    expect(tests.world.telegram.stars.balance()).toBe(100);
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await chat(page).getByText("· paid").waitFor();
  });

  test("a refused payment says why in the sheet and takes nothing", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/badtopup");
    await button(page, "Pay 50 Stars").click();
    await page.getByRole("dialog").getByRole("button", { name: "Pay 50 Stars" }).click();
    await page.getByRole("dialog").getByText("This offer has ended.").waitFor();
    await page.keyboard.press("Escape");
    await button(page, "Pay 50 Stars").click();
    await page.getByRole("dialog").getByText("10,000 pretend Stars").waitFor();
    expect(tests.world.telegram.stars.balance()).toBe(0);
  });
});

describe("without a mouse", () => {
  test("Tab, arrows and Enter walk from Start to a copied number", async () => {
    const page = await tests.open();
    await button(page, "Start").focus();
    await page.keyboard.press("Enter");
    await button(page, "WhatsApp").waitFor();
    await field(page).waitFor();
    await expect.poll(() => focusedLabel(page)).toBe("Message");

    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await expect.poll(() => focusedLabel(page)).toBe("WhatsApp");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => focusedLabel(page)).toBe("Google");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedLabel(page)).toBe("Alert");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await chat(page).getByText("WhatsApp: choose a country").waitFor();
    await expect.poll(() => focusedLabel(page)).toBe("🇬🇧 UK $0.48 · 84%");

    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await expect.poll(() => focusedLabel(page)).toBe("Message");
    await page.keyboard.type("/buy");
    await page.keyboard.press("Enter");
    await button(page, "Copy +447700900123").waitFor();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await button(page, "Copied").waitFor();
    expect(await clipboard(page)).toBe("+447700900123");
  });

  test("the focus is visible wherever it goes", async () => {
    const page = await tests.open();
    await start(page);
    await field(page).focus();
    await page.keyboard.press("Shift+Tab");
    const style = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    expect(style).toBe("solid");
  });
});

function focusedLabel(page: Page): Promise<string> {
  return page.evaluate(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
  );
}
