import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { act, decodePlace } from "../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../src/core/ids.ts";
import type { OutboxMessage } from "../../src/core/messages.ts";
import { type BotShop, operatorId } from "../support/bot.ts";
import { type OutboxShop, startOutboxShop } from "../support/bot-outbox.ts";

let outbox: OutboxShop;
let shop: BotShop;
let user: PretendUser;

beforeEach(async () => {
  outbox = await startOutboxShop();
  ({ shop, user } = outbox);
});

afterEach(async () => {
  await shop.close();
});

describe("operators", () => {
  const claimId = newId();
  const toOperator = { chatId: operatorId, buyerId: null };
  const operator = () => {
    const person = shop.telegram.user({ id: operatorId });
    person.start();
    return person;
  };

  it("get a claim with buttons, once it is decided no more", async () => {
    const person = operator();
    await shop.idle();
    const claim = {
      claimId,
      buyerTelegramId: 5,
      amountMicros: 5_000_000n,
      note: "Ref <1>",
      fileId: null,
      flagReason: "refunded before",
    };
    outbox.claims.set(claimId, { ...claim, isDuplicate: true, decision: null });
    expect(await outbox.send({ kind: "manual_claim", claimId }, toOperator)).toEqual({ kind: "sent" });
    expect(shop.last(person).text).toContain("Ref <1>");
    expect(shop.last(person).text).toContain("was sent before");
    expect(shop.last(person).text).toContain("Flagged: refunded before");
    // Rejecting asks for the reason that the buyer is told, here as at the desk.
    const [approve, reject] = shop.last(person).buttons.flat();
    expect([approve?.text, reject?.text]).toEqual(["Approve", "Reject…"]);
    expect(decodePlace(reject?.callback_data ?? "")).toEqual(act("q", "r", shortenId(claimId)));
    outbox.claims.set(claimId, { ...claim, isDuplicate: true, decision: "approved" });
    expect(await outbox.send({ kind: "manual_claim", claimId }, toOperator)).toEqual({
      kind: "drop",
      reason: "gone",
    });
  });

  it("see the receipt itself, and the words alone when Telegram does not know the picture", async () => {
    const person = operator();
    const photo = user.sendPhoto(new Uint8Array([1, 2, 3]));
    await shop.idle();
    const claim = {
      claimId,
      buyerTelegramId: 5,
      amountMicros: 5_000_000n,
      note: null,
      isDuplicate: false,
      flagReason: null,
    };
    outbox.claims.set(claimId, { ...claim, fileId: photo.fileId ?? "", decision: null });
    await outbox.send({ kind: "manual_claim", claimId }, toOperator);
    expect(shop.last(person).kind).toBe("photo");
    outbox.claims.set(claimId, { ...claim, fileId: "unknown", decision: null });
    await outbox.send({ kind: "manual_claim", claimId }, toOperator);
    expect(shop.last(person).kind).toBe("text");
  });

  it("get notices in words, and unknown ones by their name and facts", async () => {
    const person = operator();
    await shop.idle();
    const params = { provider: "alpha", orderId: "o-1", amountMicros: "310000" };
    await outbox.send({ kind: "operator_notice", notice: "possible_loss", params }, toOperator);
    expect(shop.last(person).text).toContain("Possible loss at alpha: up to $0.31.");
    await outbox.send({ kind: "operator_notice", notice: "new_thing", params: { what: "<x>" } }, toOperator);
    expect(shop.last(person).text).toBe("new_thing\nwhat: <x>");
    await outbox.send({ kind: "dispute", disputeId: newId() }, toOperator);
    expect(shop.last(person).text).toContain("<where> is my money");
  });
});

describe("when Telegram refuses", () => {
  const message: OutboxMessage = { kind: "topup_rejected", topupId: "0193a0a0-0000-7000-8000-000000000000" };
  const refuse = (status: number, description: string, retryAfter?: number): void => {
    shop.telegram.faults.add({
      method: "sendMessage",
      times: 3,
      action: { kind: "status", status, description, ...(retryAfter !== undefined && { retryAfter }) },
    });
  };

  it("a blocked chat is marked and owed nothing more", async () => {
    user.block();
    expect(await outbox.send(message)).toEqual({ kind: "drop", reason: "blocked" });
    expect(shop.fakes.buyers.state.blocked).toEqual(new Set([user.id]));
  });

  it("a flood waits as long as Telegram says", async () => {
    refuse(429, "Too Many Requests: retry after 17", 17);
    expect(await outbox.send(message)).toEqual({ kind: "retry", afterMs: 17_000, reason: "flood" });
  });

  it("a refusal that will not change is dropped and logged", async () => {
    refuse(400, "Bad Request: something else");
    expect(await outbox.send(message)).toEqual({ kind: "drop", reason: "refused" });
    expect(shop.fakes.logger.lines.at(-1)?.level).toBe("error");
  });

  it("an outage is tried again later", async () => {
    refuse(502, "Bad Gateway");
    expect(await outbox.send(message)).toMatchObject({ kind: "retry", reason: "outage" });
    shop.telegram.faults.clear();
    shop.telegram.faults.add({ method: "sendMessage", action: { kind: "drop_before" } });
    expect(await outbox.send(message)).toMatchObject({ kind: "retry", reason: "outage" });
  });
});
