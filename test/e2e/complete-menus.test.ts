import { afterEach, expect, it } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

let shop: RoutingWorld | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

const wait = { timeoutMs: 15_000 };

it("a provider with configured prices does not hide the cheaper one that answers at once", async () => {
  const providers = { configured: "handler-api", quick: "oxgel" } as const;
  shop = await startRoutingWorld(providers, { PROVIDER_CONFIGURED_PRICES: '{"22": "0.90"}' });
  shop.price("quick", 100_000n);
  const buyer = await shop.buyer();
  const services = await buyer.say("/buy", "What do you need a code for?");
  const list = await buyer.tap(services, "WhatsApp", "choose a country");
  expect(list.text).not.toContain("has not answered");
  const india = list.buttons.flat().find(({ text }) => text.includes("🇮🇳"));
  expect(india?.text).toContain("$0.13");
});

it("says that a supplier has not answered, names none, and completes the list in the same message", async () => {
  const providers = { quick: "oxgel", slow: "tempcode77" } as const;
  shop = await startRoutingWorld(providers);
  const buyer = await shop.buyer();
  shop.provider("slow").faults.add("prices", { kind: "delay", delayMs: 3_000 }, 20);
  const list = await buyer.say("whatsapp", "One supplier has not answered yet");
  expect(list.text).not.toMatch(/slow|quick|tempcode|oxgel/i);
  await buyer.user.waitForMessage(
    ({ messageId, text }) => messageId === list.messageId && !text.includes("has not answered"),
    wait,
  );
});

it("leaves the chat alone when the person has gone on before the supplier answered", async () => {
  const providers = { quick: "oxgel", slow: "tempcode77" } as const;
  shop = await startRoutingWorld(providers);
  const buyer = await shop.buyer();
  shop.provider("slow").faults.add("prices", { kind: "delay", delayMs: 3_000 }, 20);
  const list = await buyer.say("whatsapp", "One supplier has not answered yet");
  await buyer.tap(list, "Home", "open orders");
  const edits = () => shop?.world.telegram.calls("editMessageText").length;
  await shop.clock.sleep(6_000);
  // The tap on Home.
  expect(edits()).toBe(1);
  expect(buyer.user.message(list).text).toContain("open orders");
});

it("says at the first look after the start that prices are being read, never that all is sold out", async () => {
  shop = await startRoutingWorld({ only: "oxgel" });
  const buyer = await shop.buyer();
  shop.provider("only").faults.add("prices", { kind: "delay", delayMs: 4_000 }, 20);
  const reading = await buyer.say("whatsapp", "Prices are being read");
  const list = await buyer.user.waitForMessage(
    ({ messageId, text }) => messageId === reading.messageId && text.includes("choose a country"),
    wait,
  );
  expect(list.buttons.flat().some(({ text }) => text.includes("🇮🇳"))).toBe(true);
});

it("completes the list after a supplier that failed answers again", async () => {
  shop = await startRoutingWorld({ only: "oxgel" });
  const buyer = await shop.buyer();
  shop.provider("only").faults.add("prices", faults.status(500), 1);
  const reading = await buyer.say("whatsapp", "Prices are being read");
  await buyer.user.waitForMessage(
    ({ messageId, text }) => messageId === reading.messageId && text.includes("choose a country"),
    { timeoutMs: 30_000 },
  );
});
