import type { Visitor } from "./visitor.ts";

/** A card as it stood in the chat at some moment. */
export interface Shot {
  readonly name: string;
  readonly html: string;
}

const UK = /🇬🇧/;
const STARS = /⭐500/;

/** Walks through the shop as a buyer would, in any language, and returns ten cards that were seen on the way. */
export async function tour(visitor: Visitor): Promise<Shot[]> {
  const first = await firstPurchase(visitor);
  const trouble = await whatGoesWrong(visitor);
  const later = await afterwards(visitor);
  return [...first.slice(0, 1), ...later.slice(0, 1), ...first.slice(1), ...trouble, ...later.slice(1)];
}

/** From Start to the code, without any money at the beginning. */
async function firstPurchase(visitor: Visitor): Promise<Shot[]> {
  const { page, chat, texts, tap, tapMain, say, pay, card } = visitor;
  const { labels, messages } = texts;
  const shots: Shot[] = [];
  await page.getByRole("button", { name: "Start", exact: true }).click();
  shots.push({ name: "Start", html: await card({ button: labels.buy }) });
  await say("whatsapp");
  shots.push({ name: "Countries", html: await card({ button: UK }) });
  await tap(UK);
  await tap(labels.save);
  shots.push({ name: "Price, short of money", html: await card({ button: labels.saved }) });
  await tapMain();
  await pay();
  shots.push({ name: "Waiting", html: await card({ text: messages.orderStates.waiting }) });
  shots.push({ name: "Code", html: await card({ button: labels.buyAgain }) });
  await tap(labels.done);
  await chat.getByText(messages.orderStates.finished).last().waitFor();
  return shots;
}

/** A code that takes long, and a product that is sold out everywhere. */
async function whatGoesWrong(visitor: Visitor): Promise<Shot[]> {
  const { texts, tap, tapMain, say, pay, card, scenario, chat } = visitor;
  const { labels, messages } = texts;
  const shots: Shot[] = [];
  await say("/topup");
  await tap(STARS);
  await pay();
  await scenario("No code → released");
  await say("instagram poland");
  await tapMain();
  await scenario("Time ×60");
  await chat.getByText(messages.slow).last().waitFor();
  // The second time is when a cancel opens; it goes away when that has come.
  await chat.locator(".message:last-child time").nth(1).waitFor({ state: "detached" });
  shots.push({ name: "Slower than usual", html: await card({ text: messages.slow }) });
  await scenario("Time ×60");
  await tap(labels.cancel);
  await chat.getByText(messages.orderStates.cancelled).last().waitFor();
  await scenario("Code in 5 s");
  await say("google india");
  await scenario("Sold out everywhere");
  await tapMain();
  shots.push({ name: "Sold out", html: await card({ button: labels.tellWhenBack }) });
  await scenario("Sold out everywhere");
  return shots;
}

/** The menu of somebody who has bought before, and what is kept about it. */
async function afterwards({ texts, say, card }: Visitor): Promise<Shot[]> {
  const { labels } = texts;
  const shots: Shot[] = [];
  await say("/buy");
  shots.push({ name: "Services", html: await card({ button: labels.alphabetical }) });
  await say("/orders");
  shots.push({ name: "Orders", html: await card({ button: labels.asFile }) });
  await say("/balance");
  shots.push({ name: "Balance", html: await card({ button: labels.inviteFriend }) });
  return shots;
}
