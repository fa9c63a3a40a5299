import { afterEach, describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import { describeContracts } from "./contracts.ts";
import { type Bench, errorOf, found, openBench } from "./setup.ts";

describeContracts("handler-api");

describe("the full text of an SMS", () => {
  const poll = { priority: "poll" } as const;
  const background = { priority: "background" } as const;
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
    ["herosms", "Your code is 012345"],
    ["tiger", "Your code is 012345"],
    ["grizzly", null],
  ])("can be asked for after its code where the supplier has it (%s)", async (dialect, text) => {
    const { provider, upstreamId, sent } = await openWithSms(dialect);
    const seen = await provider.check(upstreamId, poll);
    expect(seen).toEqual({ status: "received", sms: [{ code: "012345", text: null }] });
    expect(sent("text")).toBe(0);
    expect(await provider.text(upstreamId, "012345", background)).toBe(text);
    expect(sent("text")).toBe(1);
  });

  it.each([
    ["an error", faults.status(500)],
    ["a limit", faults.rateLimit("7")],
    ["a reset", faults.dropBefore],
  ])("can be asked for again when the question for it ends in %s", async (_name, fault) => {
    const { provider, upstreamId, faults: queue } = await openWithSms("herosms");
    queue.add("text", fault);
    await errorOf(provider.text(upstreamId, "012345", background));
    expect(await provider.text(upstreamId, "012345", background)).toBe("Your code is 012345");
  });

  it.each([
    ["half a body", faults.cut],
    ["other types", faults.wrongTypes],
  ])("is none when the question for it ends in %s", async (_name, fault) => {
    const { provider, upstreamId, faults: queue } = await openWithSms("herosms");
    queue.add("text", fault);
    expect(await provider.text(upstreamId, "012345", background)).toBeNull();
  });
});
