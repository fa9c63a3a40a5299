import { describe, expect, it } from "vitest";
import { createLoop, createSupervisor, type StepResult } from "../../src/workers/loop.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestLogger } from "../support/logger.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) await turn();
}

function setUp(run: (signal: AbortSignal) => Promise<StepResult>) {
  const clock = createTestClock();
  const logger = createTestLogger();
  const loop = createLoop({ name: "test", everyMs: 1000, run, clock, logger });
  return { clock, logger, loop };
}

describe("createLoop", () => {
  it("takes a step, rests, and takes the next", async () => {
    let steps = 0;
    const { clock, loop } = setUp(async () => {
      steps += 1;
      return "idle";
    });
    loop.start();
    await turns();
    expect(steps).toBe(1);
    await clock.advance(999);
    await turns();
    expect(steps).toBe(1);
    await clock.advance(1);
    await turns();
    expect(steps).toBe(2);
    await loop.stop();
  });

  it("tells for how long it has not succeeded, whether its steps fail or hang", async () => {
    let outcome: Promise<StepResult> = Promise.resolve("idle");
    const { clock, loop } = setUp(() => outcome);
    await clock.advance(5_000);
    expect(loop.silentMs()).toBe(0);
    loop.start();
    await turns();
    outcome = Promise.reject(new Error("broken"));
    await clock.advance(1_000);
    await turns();
    expect(loop.silentMs()).toBe(1_000);
    outcome = new Promise(() => undefined);
    await clock.advance(60_000);
    await turns();
    expect(loop.silentMs()).toBe(61_000);
  });

  it("does not rest while there is more to do", async () => {
    let steps = 0;
    const { loop } = setUp(async () => {
      steps += 1;
      return steps < 50 ? "again" : "idle";
    });
    loop.start();
    await turns(120);
    expect(steps).toBe(50);
    await loop.stop();
  });

  it("tries again within two seconds while the database is away, however long that takes", async () => {
    let steps = 0;
    const { clock, loop } = setUp(async () => {
      steps += 1;
      throw Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    });
    loop.start();
    for (let second = 0; second < 300; second += 1) {
      await turns();
      await clock.advance(1_000);
    }
    await turns();
    const before = steps;
    await clock.advance(2_000);
    await turns();
    expect(steps).toBeGreaterThan(before);
    await loop.stop();
  });

  it("is never in two steps at once, however often it is started and woken", async () => {
    let inside = 0;
    let most = 0;
    const { loop } = setUp(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await turn();
      inside -= 1;
      return "idle";
    });
    loop.start();
    loop.start();
    for (let i = 0; i < 20; i += 1) {
      loop.wake();
      await turn();
    }
    await loop.stop();
    expect(most).toBe(1);
  });

  it("follows a wake that comes during a step with another step", async () => {
    let steps = 0;
    let release = (): void => undefined;
    const { loop } = setUp(async () => {
      steps += 1;
      if (steps === 1)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      return "idle";
    });
    loop.start();
    await turns();
    loop.wake();
    release();
    await turns();
    expect(steps).toBe(2);
    await loop.stop();
  });

  it("backs off after failures, longer each time, and a wake does not hurry it", async () => {
    let steps = 0;
    const { clock, logger, loop } = setUp(async () => {
      steps += 1;
      throw new Error("down");
    });
    loop.start();
    await turns();
    loop.wake();
    await clock.advance(400);
    await turns();
    expect(steps).toBe(1);
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(60_000);
      await turns();
    }
    expect(steps).toBe(11);
    const pauses = logger.lines.map((line) => "pauseMs" in line.fields && Number(line.fields.pauseMs));
    expect(pauses[0]).toBeLessThanOrEqual(1000);
    expect(pauses[10]).toBeGreaterThanOrEqual(30_000);
    expect(pauses[10]).toBeLessThanOrEqual(60_000);
    await loop.stop();
  });

  it("finishes the step in hand before it has stopped, and takes no other", async () => {
    const events: string[] = [];
    let release = (): void => undefined;
    const { loop } = setUp(async (signal) => {
      signal.addEventListener("abort", () => events.push("asked to stop"));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      events.push("step ended");
      return "again";
    });
    loop.start();
    await turns();
    const stopped = loop.stop().then(() => events.push("stopped"));
    await turns();
    expect(events).toEqual(["asked to stop"]);
    release();
    await stopped;
    expect(events).toEqual(["asked to stop", "step ended", "stopped"]);
  });

  it("stops at once while it rests, and before it was started", async () => {
    const { loop } = setUp(async () => "idle");
    loop.start();
    await turns();
    await loop.stop();
    await setUp(async () => "idle").loop.stop();
  });
});

describe("createSupervisor", () => {
  it("stops all together and names those that do not come to an end", async () => {
    const clock = createTestClock();
    const logger = createTestLogger();
    const supervisor = createSupervisor({ clock, logger });
    const started: string[] = [];
    const runnable = (name: string, stop: () => Promise<void>) => ({
      name,
      start: () => void started.push(name),
      stop,
    });
    supervisor.add(runnable("good", async () => undefined));
    supervisor.add(runnable("stuck", () => new Promise(() => undefined)));
    supervisor.add(
      runnable("broken", async () => {
        throw new Error("no");
      }),
    );
    supervisor.start();
    const stopped = supervisor.stop(5000);
    await turns();
    await clock.advance(5000);
    expect(await stopped).toEqual(["stuck"]);
    expect(started).toEqual(["good", "stuck", "broken"]);
    expect(logger.lines.map((line) => line.level)).toEqual(["error", "warn"]);
  });
});
