import { describe, expect, test } from "vitest";
import { button, chat, clipboard, field, say, start, usePage } from "../support/page-tests.ts";
import { apiOf } from "../support/telegram.ts";

const tests = usePage();

const WAITING = {
  wallet: { availableMicros: "2720000", heldMicros: "480100" },
  order: {
    state: "waiting",
    service: "WhatsApp",
    country: "United Kingdom",
    provider: "oxgel",
    priceUsd: "0.48",
    costUsd: "0.31",
    profitUsd: null,
  },
  providerCalls: [
    {
      at: "2026-03-01T12:00:01.000Z",
      provider: "tiger",
      method: "GET",
      path: "/stubs/handler_api.php?action=getNumberV2&service=wa&country=16",
      status: null,
      ms: 10_000,
      note: "timed out",
    },
  ],
  events: [{ at: "2026-03-01T12:00:00.000Z", text: "$0.4801 held" }],
};

describe("news", () => {
  test("a reader who scrolled up keeps the place and sees how many messages came", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/many");
    await chat(page).getByText("Line 20", { exact: true }).waitFor();
    await chat(page).evaluate((log) => log.scrollTo({ top: 0 }));
    await button(page, "Go to the end").waitFor();
    await tests.fromBot("First news");
    await tests.fromBot("Second news");
    await button(page, "2 new, go to the end").waitFor();
    await expect.poll(() => page.title()).toBe("(2) Numstore, simulated");
    expect(await chat(page).evaluate((log) => log.scrollTop)).toBe(0);

    await button(page, "2 new, go to the end").click();
    await chat(page).getByText("Second news").waitFor();
    await page.waitForFunction("document.title === 'Numstore, simulated'");
    await expect.poll(() => page.getByRole("button", { name: /go to the end/i }).count()).toBe(0);
  });

  test("a reader at the end follows along without any count", async () => {
    const page = await tests.open();
    await start(page);
    await say(page, "/many");
    await tests.fromBot("The newest");
    await chat(page).getByText("The newest").waitFor();
    const distance = () => chat(page).evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    await expect.poll(distance).toBeLessThan(2);
    expect(await page.title()).toBe("Numstore, simulated");
  });

  test("a deleted message leaves the chat", async () => {
    const page = await tests.open();
    await start(page);
    const { message_id: id } = await tests.fromBot("Gone soon");
    await chat(page).getByText("Gone soon").waitFor();
    await apiOf(tests.world.telegram).deleteMessage(tests.lastChatId(), id);
    await chat(page).getByText("Gone soon").waitFor({ state: "detached" });
  });
});

describe("the panels", () => {
  test("show the buyer's money, the order and the calls as they change", async () => {
    const page = await tests.open();
    await page.getByText("None yet.").waitFor();
    tests.world.setInsight(WAITING);
    const money = page.getByRole("region", { name: "The buyer's money" });
    await money.getByText("$2.72").waitFor();
    await money.getByText("$0.4801").waitFor();
    const order = page.getByRole("region", { name: "The order" });
    await expect.poll(() => order.locator("[aria-current=step]").textContent()).toBe("Waiting");
    await page.getByText("no answer").waitFor();
    expect(await page.getByText("You just sold a code").count()).toBe(0);
  });

  test("end a sale with its sum and the command to run the shop", async () => {
    const page = await tests.open();
    tests.world.setInsight({ order: { ...WAITING.order, state: "finished", profitUsd: "0.17" } });
    const sale = page.getByRole("region", { name: "This sale" });
    await expect.poll(() => sale.locator("dd").allTextContents()).toEqual(["$0.48", "$0.31", "$0.17"]);
    await sale.getByRole("button", { name: "npm start" }).click();
    await page.getByText("Copied npm start").waitFor();
    expect(await clipboard(page)).toBe("npm start");
  });

  test("a scenario button switches its scenario and shows that it is on, in every tab", async () => {
    const page = await tests.open();
    const other = await tests.open();
    await button(page, "Provider down").click();
    for (const each of [page, other]) {
      await each.getByRole("button", { name: "Provider down", pressed: true }).waitFor();
    }
    expect(tests.world.isScenarioOn()).toBe(true);
    await button(other, "Provider down").click();
    await page.getByRole("button", { name: "Provider down", pressed: false }).waitFor();
  });
});

describe("several people", () => {
  test("each tab is a buyer of its own, and a reload stays the same one", async () => {
    const page = await tests.open();
    const other = await tests.open();
    await start(page);
    await button(other, "Start").waitFor();
    await page.reload();
    await chat(page).getByText("What do you need a code for?").waitFor();
    await button(other, "Start").waitFor();
  });

  test("the operator's chat is apart, and tells of its news while the buyer's shows", async () => {
    const page = await tests.open();
    await start(page);
    await button(page, "Operator").click();
    await button(page, "Start").click();
    await page
      .getByRole("log", { name: "Operator's chat" })
      .getByText("What do you need a code for?")
      .waitFor();
    await expect.poll(() => chat(page).count()).toBe(0);
    await button(page, "Buyer").click();
    await apiOf(tests.world.telegram).sendMessage(tests.world.operator.id, "A provider is low");
    await page.getByRole("button", { name: "Operator 1" }).waitFor();
    expect(await chat(page).getByText("A provider is low").count()).toBe(0);
    await expect.poll(() => page.title()).toBe("(1) Numstore, simulated");
    await page.getByRole("button", { name: "Operator 1" }).click();
    await page.waitForFunction("document.title === 'Numstore, simulated'");
  });
});

describe("a broken connection", () => {
  test("what came meanwhile is there afterwards, once", async () => {
    const page = await tests.open();
    await start(page);
    tests.world.cutConnections();
    await tests.fromBot("Sent in between");
    await chat(page).getByText("Sent in between").waitFor();
    await page.getByText("Connected").waitFor();
    expect(await chat(page).getByText("Sent in between").count()).toBe(1);
    expect(await chat(page).getByText("What do you need a code for?").count()).toBe(1);
  });

  test("a server that is away is named, and a new one is joined as a new buyer", async () => {
    const page = await tests.open();
    await start(page);
    await tests.world.stopServer();
    await page.getByText("The demo server is away").waitFor();
    await say(page, "anyone?");
    await page.getByText("The demo server did not answer.").waitFor();
    await expect.poll(() => field(page).inputValue()).toBe("anyone?");
    await tests.world.startServer();
    await page.getByText("Connected").waitFor();
    await start(page);
  });
});

describe("on a phone", () => {
  for (const width of [390, 320]) {
    test(`nothing is wider than a screen of ${width} px, in any part of the page`, async () => {
      const page = await tests.open({ viewport: { width, height: 700 }, hasTouch: true, isMobile: true });
      tests.world.setInsight(WAITING);
      await start(page);
      await say(page, `/buy ${"unbreakable".repeat(20)}`);
      await button(page, "Copy +447700900123").waitFor();
      for (const view of ["Chat", "Try things", "What happened"]) {
        // With or without its badge.
        await button(page, new RegExp(`^${view}`)).click();
        const overflow = () => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        await expect.poll(overflow).toBeLessThanOrEqual(0);
      }
    });
  }

  test("the bar at the foot counts what came to the chat while another part shows", async () => {
    const page = await tests.open({ viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true });
    await start(page);
    await button(page, "What happened").click();
    await tests.fromBot("Your code");
    await page.getByRole("button", { name: "Chat 1" }).click();
    await button(page, "Chat").waitFor();
    await chat(page).getByText("Your code").waitFor();
  });
});
