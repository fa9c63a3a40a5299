import { describe, expect, it } from "vitest";
import { type Canned, failure, handlerApiSupplier, json } from "../../support/handler-api.ts";

const poll = { priority: "poll" } as const;
const SMS = { code: "012345", text: "Code 012345" };

function supplier(answers: (Canned | string)[], dialect = "herosms") {
  const made = handlerApiSupplier(answers, { dialect });
  const actions = () => made.requests.map(({ url }) => url.searchParams.get("action"));
  return { ...made, actions, check: () => made.provider.check("1", poll) };
}

describe("a number that reads STATUS_CANCEL, which means cancelled or completed", () => {
  it.each([
    ["HeroSMS", "herosms", "getAllSms", { data: [SMS] }],
    ["HeroSMS, as a list", "herosms", "getAllSms", [SMS]],
    ["Tiger", "tiger", "getStatusV2", { verificationType: 0, sms: SMS }],
  ])("is asked for the SMS that nobody saw: %s", async (_name, dialect, action, answer) => {
    const { actions, check } = supplier(["STATUS_CANCEL", json(answer)], dialect);
    expect(await check()).toEqual({ status: "cancelled", sms: [SMS], isWholeLife: true });
    expect(actions()).toEqual(["getStatus", action]);
  });

  it.each<[string, Canned | string]>([
    ["none", json({ data: [] })],
    ["a null", json({ data: null })],
    ["an envelope with a code of its own", json({ code: 404, message: "Not found" }, 404)],
    ["a word", "NO_ACTIVATION"],
    ["the same word again", "STATUS_CANCEL"],
    ["a word of a question that it does not know", "BAD_ACTION"],
    ["a page", "<html>maintenance</html>"],
  ])("is cancelled when the answer is %s", async (_name, answer) => {
    const { check } = supplier(["STATUS_CANCEL", answer]);
    expect(await check()).toEqual({ status: "cancelled", sms: [] });
  });

  it.each([
    ["is down", "unavailable", { status: 503, text: "" }],
    ["is asked too often", "rate_limited", { status: 200, text: "RATE_LIMIT" }],
  ])("is looked at again when the supplier %s, three times at most", async (_name, kind, down: Canned) => {
    const { check } = supplier(["STATUS_CANCEL", down, "STATUS_CANCEL", down, "STATUS_CANCEL", down]);
    expect(await failure(check())).toMatchObject({ kind });
    expect(await failure(check())).toMatchObject({ kind });
    expect(await check()).toEqual({ status: "cancelled", sms: [] });
  });

  it("is taken at its word where nothing is known to answer", async () => {
    const { actions, check } = supplier(["STATUS_CANCEL"], "smsbower");
    expect(await check()).toEqual({ status: "cancelled", sms: [] });
    expect(actions()).toEqual(["getStatus"]);
  });

  it("counts as having an SMS when its cancel is refused for an unclear reason", async () => {
    const { provider } = supplier(["BAD_STATUS", "STATUS_CANCEL", json({ data: [SMS] })]);
    expect(await provider.cancel("1", poll)).toEqual({ kind: "has_sms", sms: [SMS] });
  });
});
