import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendTelegram } from "../../sandbox/telegram/index.ts";
import { createStarsApi } from "../../src/bot/stars-api.ts";
import { StarsRefundRefused } from "../../src/topups/topup-deps.ts";
import { apiOf, startTelegram } from "../support/telegram.ts";

let telegram: PretendTelegram;

beforeEach(async () => {
  ({ telegram } = await startTelegram());
});
afterEach(() => telegram.close());

describe("a refund of Stars that Telegram answers with", () => {
  it.each([400, 403])("%i is refused for good", async (code) => {
    const description = code === 403 ? "Forbidden: user is deactivated" : "Bad Request: CHARGE_NOT_FOUND";
    telegram.faults.add({
      method: "refundStarPayment",
      action: { kind: "status", status: code, description },
    });
    const refund = createStarsApi(apiOf(telegram)).refund(5, "charge");
    await expect(refund).rejects.toBeInstanceOf(StarsRefundRefused);
  });

  it.each([429, 500])("%i is worth asking again", async (code) => {
    telegram.faults.add({
      method: "refundStarPayment",
      action: { kind: "status", status: code, description: "later" },
    });
    const refund = createStarsApi(apiOf(telegram)).refund(5, "charge");
    await expect(refund).rejects.not.toBeInstanceOf(StarsRefundRefused);
  });
});
