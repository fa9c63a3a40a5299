import { readFile } from "node:fs/promises";
import { InlineKeyboard } from "grammy";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { FILE_TEXT } from "../support/page-bot.ts";
import { button, chat, say, start, usePage } from "../support/page-tests.ts";
import { apiOf } from "../support/telegram.ts";

const tests = usePage();

/** The field by its label: its role changes while the bot's finds are listed. */
const field = (page: Page) => page.getByLabel("Message", { exact: true });
const finds = (page: Page) => page.getByRole("option");

describe("inline mode", () => {
  test("lists what the bot finds while its name is in the field, and sends what Enter picks", async () => {
    const page = await tests.open();
    await start(page);
    await field(page).pressSequentially("@numstore_bot whats");
    await finds(page).first().waitFor();
    expect(await finds(page).allInnerTexts()).toEqual(["WhatsApp UK\n$0.48", "WhatsApp USA\n$0.48", "More…"]);
    await page.keyboard.press("ArrowDown");
    await page.getByRole("option", { name: "WhatsApp USA", selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await chat(page).getByText("You said: /b_wa_USA").waitFor();
    expect(await field(page).inputValue()).toBe("");
    await expect.poll(() => finds(page).count()).toBe(0);
  });

  test("shows the next page on demand, and a pointer picks from it", async () => {
    const page = await tests.open();
    await start(page);
    await field(page).fill("@numstore_bot whats");
    await page.getByRole("option", { name: "More…" }).click();
    await page.getByRole("option", { name: "WhatsApp Poland" }).click();
    await chat(page).getByText("You said: /b_wa_Poland").waitFor();
  });

  test("says that nothing was found, and Escape ends it without a message", async () => {
    const page = await tests.open();
    await start(page);
    await field(page).fill("@numstore_bot zzz");
    await page.getByText("The bot finds nothing for that.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("The bot finds nothing for that.").waitFor({ state: "hidden" });
    await expect.poll(() => field(page).inputValue()).toBe("@numstore_bot zzz");
  });

  test("the bot's search button begins it", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/links");
    await button(page, "Search").click();
    await expect.poll(() => field(page).inputValue()).toBe("@numstore_bot ");
  });
});

describe("links to the bot", () => {
  test("lead in by Start with their payload, once", async () => {
    const page = await tests.open({}, "/?start=b_wa_GB");
    await button(page, "Start").click();
    await chat(page).getByText("Came by b_wa_GB").waitFor();
    await page.reload();
    await chat(page).getByText("Came by b_wa_GB").waitFor();
    expect(await chat(page).getByText("/start b_wa_GB").count()).toBe(1);
  });

  test("need no Start from somebody who is here already", async () => {
    const page = await tests.open();
    await start(page);
    await page.goto(`${tests.world.url}/?start=b_wa_US`);
    await chat(page).getByText("Came by b_wa_US").waitFor();
  });

  test("on a button open this chat", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/links");
    await button(page, "Get WhatsApp").click();
    await chat(page).getByText("Came by b_wa_GB").waitFor();
  });

  test("that are shared open as somebody else", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/links");
    await button(page, "Share the link").click();
    const opened = page.context().waitForEvent("page");
    await page
      .getByRole("dialog")
      .getByRole("link", { name: /as a friend/ })
      .click();
    const friend = await opened;
    await button(friend, "Start").click();
    await chat(friend).getByText("Came by b_wa_GB").waitFor();
    expect(await chat(page).getByText("Came by b_wa_GB").count()).toBe(0);
  });
});

test("a file from the bot is downloaded with its name and its content", async () => {
  const page = await tests.open();
  await start(page);
  await say(page, "/file");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download orders.csv" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("orders.csv");
  expect(await readFile(await download.path(), "utf8")).toBe(FILE_TEXT);
});

test("words beside the chat are typed for the visitor, who needs no Start first", async () => {
  const page = await tests.open();
  await button(page, "whatsapp uk").click();
  await chat(page).getByText("You said: whatsapp uk").waitFor();
});

test("flags and stars are pictures, and stay text for copying and screen readers", async () => {
  const page = await tests.open();
  await start(page);
  const keyboard = new InlineKeyboard().text("⭐50 for 🇬🇧 UK", "x");
  await apiOf(tests.world.telegram).sendMessage(tests.lastChatId(), "From 🇮🇩 Indonesia", {
    reply_markup: keyboard,
  });
  const key = button(page, "⭐50 for 🇬🇧 UK");
  await key.waitFor();
  expect(await key.locator(".emoji svg").count()).toBe(2);
  const text = chat(page).locator(".text", { hasText: "Indonesia" });
  expect(await text.innerText()).toBe("From 🇮🇩 Indonesia");
  expect(await text.locator("svg").count()).toBe(1);
});

test("a command among Arabic words keeps its slash in front", async () => {
  const page = await tests.open();
  await start(page);
  await tests.fromBot("بالمتابعة توافق على /terms");
  const command = button(page, "/terms");
  await command.waitFor();
  expect(await command.evaluate((node) => node.getAttribute("dir"))).toBe("ltr");
});
