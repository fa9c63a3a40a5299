import { afterEach, describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import { describeContracts } from "./contracts.ts";
import { type Bench, found, openBench } from "./setup.ts";

describeContracts("handler-api");

describe("the full text of an SMS", () => {
  const poll = { priority: "poll" } as const;
  let current: Bench | undefined;
  afterEach(async () => {
    await current?.close();
  });

  /** A supplier of this dialect, with one number that has received its code. */
  async function openWithSms(dialect: string) {
    current = await openBench({ protocol: "handler-api", dialect });
    const { upstreamId } = await current.provider.buy(current.request(), { priority: "purchase" });
    const rental = found(current.market.rentals()[0]);
    current.market.deliver(rental.id, { code: "012345", text: "Your code is 012345" });
    return { ...current, upstreamId };
  }

  it.each([
    ["plain", null],
    ["smsbower", null],
    ["herosms", "Your code is 012345"],
    ["tiger", "Your code is 012345"],
    ["grizzly", null],
  ])("comes with its code where the supplier has it (%s)", async (dialect, text) => {
    const { provider, upstreamId, sent } = await openWithSms(dialect);
    for (let look = 0; look < 3; look += 1) {
      const seen = await provider.check(upstreamId, poll);
      expect(seen).toEqual({ status: "received", sms: [{ code: "012345", text }] });
    }
    expect(sent("text")).toBe(dialect === "smsbower" ? 0 : 1);
  });

  it.each([
    ["an error", faults.status(500)],
    ["a limit", faults.rateLimit("7")],
    ["a reset", faults.dropBefore],
    ["half a body", faults.cut],
    ["other types", faults.wrongTypes],
  ])("is done without when the question for it ends in %s", async (_name, fault) => {
    const { provider, upstreamId, faults: queue } = await openWithSms("herosms");
    queue.add("text", fault);
    const { sms } = await provider.check(upstreamId, poll);
    expect(sms).toEqual([{ code: "012345", text: null }]);
  });
});
