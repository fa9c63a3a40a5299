/** One replica of the shop on a scaled clock. SOAK_ANCHOR_MS, SOAK_SPEED: the time scale. */
import { env } from "node:process";
import { runShop } from "./run-shop.ts";
import { createScaledClock } from "./scaled-clock.ts";

await runShop(createScaledClock({ anchorMs: Number(env.SOAK_ANCHOR_MS), speed: Number(env.SOAK_SPEED) }));
