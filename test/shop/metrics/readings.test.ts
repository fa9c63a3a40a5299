import { describe, expect, it } from "vitest";
import { createMetrics } from "../../../src/shop/metrics/metrics.ts";
import { createTestClock } from "../../support/clock.ts";

const toSamples = (content: number) => [{ value: content }];

function setUp(read: () => Promise<number>) {
  const clock = createTestClock();
  const { readings, registry } = createMetrics(clock);
  const gauges = ["numstore_one", "numstore_two"].map((name) => ({ name, help: "x", samples: toSamples }));
  readings.add({ name: "tested", read, gauges });
  return { clock, registry };
}

describe("what is read for the metrics", () => {
  it("is read once for all its gauges, and again after five seconds", async () => {
    let reads = 0;
    const { clock, registry } = setUp(async () => {
      reads += 1;
      return reads;
    });
    await registry.metrics();
    expect(await registry.metrics()).toContain("numstore_two 1\n");
    await clock.advance(5_000);
    expect(await registry.metrics()).toContain("numstore_two 2\n");
  });

  it("keeps its last value when reading fails, and the failure is counted", async () => {
    let isDown = false;
    const { clock, registry } = setUp(async () => {
      if (isDown) throw new Error("down");
      return 7;
    });
    expect(await registry.metrics()).toContain('numstore_reading_failures_total{reading="tested"} 0');
    isDown = true;
    await clock.advance(5_000);
    expect(await registry.metrics()).toContain("numstore_one 7\n");
    expect(await registry.metrics()).toMatch(/numstore_reading_failures_total{reading="tested"} [1-9]/);
  });

  it("is given up after three seconds, so that the other metrics are answered while the database hangs", async () => {
    const { clock, registry } = setUp(() => new Promise(() => undefined));
    const answer = registry.metrics();
    await expect.poll(() => clock.sleeping()).toBe(2);
    await clock.advance(3_000);
    expect(await answer).toContain("numstore_outbox_messages_total");
  });
});
