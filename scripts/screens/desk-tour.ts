import type { Browser } from "playwright-core";
import { textsFor } from "../../src/texts/index.ts";
import { deskTexts } from "../../src/texts/operator/desk.ts";
import type { Shot } from "./tour.ts";
import { openVisitor, type Visitor } from "./visitor.ts";

const NEXT = deskTexts.next;

/** The operator at the demo's page. The desk is in English in every language. */
export async function openOperator(browser: Browser, url: string): Promise<Visitor> {
  return await openVisitor(browser, url, textsFor("en"), "Operator");
}

/** A price list that somebody looks at is fresh, and so is what a change of prices is told to do. */
async function lookAtPrices({ page, say }: Visitor): Promise<void> {
  await page.getByRole("button", { name: "Buyer", exact: true }).click();
  const chat = page.getByRole("log", { name: "Buyer's chat" });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await chat.getByRole("button").first().waitFor();
  await say("whatsapp");
  await chat.locator(".message:last-child").getByRole("button", { name: /🇬🇧/ }).waitFor();
  await page.getByRole("button", { name: /^Operator/ }).click();
}

/** Walks through the desk on the demo's pretend month, and returns the cards that were seen on the way. */
export async function deskTour(operator: Visitor): Promise<Shot[]> {
  await lookAtPrices(operator);
  await home(operator);
  return [
    { name: "/admin", html: await shown(operator, /waiting in the queue/) },
    ...(await figures(operator)),
    ...(await findAnOrder(operator)),
    ...(await prices(operator)),
    ...(await suppliers(operator)),
    ...(await queue(operator)),
  ];
}

/** The newest card once it has this text. */
async function shown({ chat }: Visitor, text: RegExp): Promise<string> {
  const card = chat.locator(".message.from-bot").last();
  await card.locator(".text").getByText(text).first().waitFor();
  return (await card.evaluate((element) => element.outerHTML)).replaceAll("data-relative", "data-counted");
}

async function home(operator: Visitor): Promise<void> {
  await operator.say("/admin");
  await operator.chat.locator(".message:last-child").getByText("📈 Figures").waitFor();
}

async function figures(operator: Visitor): Promise<Shot[]> {
  const { tap, chat } = operator;
  await tap("📈 Figures");
  await tap("30 days");
  const overview = { name: "Figures of 30 days", html: await shown(operator, /^30 days/) };
  await tap("By pair");
  const pairs = { name: "Best and worst pairs", html: await shown(operator, /by pair/) };
  await tap("‹ All");
  await tap("🖼 Picture");
  await chat.locator(".message:last-child img.photo").waitFor();
  const picture = chat.locator(".message").last();
  return [
    overview,
    pairs,
    { name: "As a picture", html: await picture.evaluate((element) => element.outerHTML) },
  ];
}

/** By the last four digits of its number, as buyers tell them. */
async function findAnOrder(operator: Visitor): Promise<Shot[]> {
  const { tap, say, chat } = operator;
  await home(operator);
  await tap("🧾 Orders");
  await tap("all");
  // The first page has those that are still open.
  await tap(NEXT);
  await tap(/ finished /);
  await chat
    .locator(".message:last-child")
    .getByText(/…\d{4}/)
    .waitFor();
  const digits = /…(\d{4})/.exec((await chat.locator(".message").last().textContent()) ?? "")?.[1] ?? "";
  await home(operator);
  await tap("🔎 Find");
  await chat
    .locator(".message:last-child")
    .getByText(/^Send anything/)
    .waitFor();
  await say(digits);
  const card = chat.locator(".message.from-bot").last();
  await card.getByText(/Found|Number:/).waitFor();
  const hits = { name: `Find: ${digits}`, html: await card.evaluate((element) => element.outerHTML) };
  if (!hits.html.includes("Found")) return [{ ...hits, name: `Find: ${digits}, an order` }];
  await tap(/finished/);
  return [hits, { name: "An order", html: await shown(operator, /Number:/) }];
}

async function prices(operator: Visitor): Promise<Shot[]> {
  await home(operator);
  await operator.tap("🏷 Prices");
  await operator.tap("WhatsApp");
  await operator.tap("40 %");
  return [{ name: "A price and what it does", html: await shown(operator, /Prices (sold|on sale)/) }];
}

async function suppliers(operator: Visitor): Promise<Shot[]> {
  await home(operator);
  await operator.tap("🔌 Providers");
  const list = { name: "Providers", html: await shown(operator, /oxgel/) };
  await operator.tap("oxgel");
  return [list, { name: "A provider", html: await shown(operator, /balance read/) }];
}

async function queue(operator: Visitor): Promise<Shot[]> {
  await home(operator);
  await operator.tap(/📥 Queue/);
  await operator.chat.locator(".message:last-child").getByRole("button", { name: /\$10/ }).waitFor();
  const list = { name: "Queue", html: await shown(operator, /Queue/) };
  await operator.tap(/\$10/);
  return [list, { name: "A receipt", html: await shown(operator, /reference 88213/) }];
}
