/**
 * The shop, to be killed at a crash point, on a clock that its parent moves: `{ nowMs }` moves it there and is answered
 * when what was woken has run up to its next await. CRASH_NOW_MS: where the clock begins. CRASH_AT: where to die.
 */
import process, { env } from "node:process";
import { z } from "zod";
import { runShop } from "../../sandbox/soak/run-shop.ts";
import { createTestClock } from "./clock.ts";

const stepSchema = z.object({ nowMs: z.number() });
const clock = createTestClock(new Date(Number(env.CRASH_NOW_MS)));

process.on("message", async (message) => {
  const { nowMs } = stepSchema.parse(message);
  await clock.advance(nowMs - clock.now().getTime());
  process.send?.({ reachedMs: nowMs });
});

await runShop(clock, (name) => {
  if (name === env.CRASH_AT) process.kill(process.pid, "SIGKILL");
});
