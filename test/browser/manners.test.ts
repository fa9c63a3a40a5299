import { InlineKeyboard } from "grammy";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { button, chat, field, start, usePage } from "../support/page-tests.ts";
import { apiOf } from "../support/telegram.ts";

const tests = usePage();

const arabicLine = "رصيدك \u2066$3.20\u2069";

/** A message of the bot with one Arabic and one Latin line, and an Arabic button. */
async function sendArabic(page: Page): Promise<number> {
  const keyboard = new InlineKeyboard().text("شراء رقم", "x");
  const { message_id: id } = await apiOf(tests.world.telegram).sendMessage(
    tests.lastChatId(),
    `${arabicLine}\nWhatsApp UK`,
    { reply_markup: keyboard },
  );
  await button(page, "شراء رقم").waitFor();
  return id;
}

describe("a message in another script", () => {
  test("runs in its own direction line by line, and so does its button", async () => {
    const page = await tests.open();
    await start(page);
    await sendArabic(page);
    const text = chat(page).locator(".text", { hasText: "رصيدك" });
    const styleOf = (element: Locator, property: string) =>
      element.evaluate(
        (node, name) => node.ownerDocument.defaultView?.getComputedStyle(node).getPropertyValue(name),
        property,
      );
    expect(await styleOf(text, "unicode-bidi")).toBe("plaintext");
    const label = button(page, "شراء رقم").locator(".label");
    expect(await styleOf(label, "direction")).toBe("rtl");
  });

  test("tells screen readers its language, which the page's own is not", async () => {
    const page = await tests.open();
    await start(page);
    await sendArabic(page);
    expect(await chat(page).locator(".text", { hasText: "رصيدك" }).getAttribute("lang")).toBe("ar");
    expect(await button(page, "شراء رقم").locator(".label").getAttribute("lang")).toBe("ar");
    expect(await button(page, "WhatsApp").locator(".label").getAttribute("lang")).toBeNull();
  });
});

describe("with the keyboard and a screen reader", () => {
  test("each message's buttons have a name of their own", async () => {
    const page = await tests.open();
    await start(page);
    await sendArabic(page);
    const bars = chat(page).getByRole("toolbar");
    const names = await bars.evaluateAll((all) => all.map((bar) => bar.getAttribute("aria-label")));
    expect(names).toEqual(["Buttons: What do you need a code for?", `Buttons: ${arabicLine}`]);
  });

  test("the focus stays in the chat when the message that had it is deleted", async () => {
    const page = await tests.open();
    await start(page);
    const id = await sendArabic(page);
    await button(page, "شراء رقم").focus();
    await apiOf(tests.world.telegram).deleteMessage(tests.lastChatId(), id);
    await button(page, "شراء رقم").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.getAttribute('role')")).toBe("log");
  });

  test("Tab out of the command menu closes it", async () => {
    const page = await tests.open();
    await start(page);
    await button(page, "Commands").click();
    await page.getByRole("menuitem", { name: "/buy Get a number" }).waitFor();
    await field(page).focus();
    await expect.poll(() => page.getByRole("menu").count()).toBe(0);
  });
});

test("a scenario that is never on is no toggle", async () => {
  const page = await tests.open();
  await start(page);
  const named = await page.getByRole("button", { name: "Provider down" }).getAttribute("data-kind");
  expect(named).toBe("switch");
});
