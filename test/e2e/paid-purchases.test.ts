import { afterEach, expect, it } from "vitest";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import type { TranscriptMessage } from "../../sandbox/telegram/index.ts";
import { type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

const token = "12345:pretend-crypto-token";
const wait = { timeoutMs: 15_000 };
const NUMBER = "waiting for the code";

let shop: RoutingWorld;
let crypto: PretendCryptoPay | undefined;
afterEach(async () => {
  await shop.close();
  await crypto?.close();
  crypto = undefined;
});

/** Somebody without money who asks for a number and taps the button that pays for it. `answer`: what the shop says then. */
async function payingBuyer(answer: string) {
  const { buyerId, user } = await shop.buyer(1n);
  user.send("whatsapp india");
  const confirm = await user.waitForMessage("is held; you pay only", wait);
  const answered = user.waitForMessage(answer, wait);
  await user.press(confirm, (button) => button.text === "Pay $1.00 and buy", wait);
  await answered;
  return { buyerId, user };
}

async function expectBought(buyerId: string, number: TranscriptMessage): Promise<void> {
  const order = await shop.latestOrder(buyerId);
  expect(order).toMatchObject({ state: "waiting", phone: expect.stringMatching(/^\+\d+$/) });
  expect(number.text).toContain(NUMBER);
  const orders = await shop.database.db
    .selectFrom("orders")
    .select("id")
    .where("buyer_id", "=", buyerId)
    .execute();
  expect(orders).toHaveLength(1);
  const rows = await shop.database.db
    .selectFrom("paid_purchases")
    .select("state")
    .where("buyer_id", "=", buyerId)
    .execute();
  expect(rows).toEqual([{ state: "bought" }]);
}

it("a payment by Crypto Pay leads to the number without another tap, however often it is told", async () => {
  crypto = await startPretendCryptoPay(token);
  shop = await startRoutingWorld(
    { only: "oxgel" },
    { TOPUPS: "crypto-pay", CRYPTO_PAY_TOKEN: token, CRYPTO_PAY_API_ROOT: crypto.apiRoot },
  );
  const { buyerId, user } = await payingBuyer("Your invoice for $1.00 is ready");
  crypto.pay(1);
  const { body, signature } = crypto.webhook(1);
  const tell = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${shop.world.shop.port}/webhooks/crypto-pay`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "crypto-pay-api-signature": signature },
      signal: AbortSignal.timeout(15_000),
    });
  const number = user.waitForMessage(NUMBER, wait);
  expect((await Promise.all([tell(), tell()])).map(({ status }) => status)).toEqual([200, 200]);
  await expectBought(buyerId, await number);
});

it("a transfer that an operator approves leads to the number without another tap", async () => {
  shop = await startRoutingWorld({ only: "oxgel" }, { TOPUPS: "manual" });
  const { buyerId, user } = await payingBuyer("Transfer $1.00 to the shop");
  const claim = shop.operator.waitForMessage("reference 4711", wait);
  user.send("reference 4711");
  const number = user.waitForMessage(NUMBER, wait);
  await shop.operator.press(await claim, (button) => button.text === "Approve", wait);
  await expectBought(buyerId, await number);
});
