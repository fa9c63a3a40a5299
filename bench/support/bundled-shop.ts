/** The shop alone in a process, on the machine's clock: what it needs can be measured without the pretend world around it. */
import { runShop } from "../../sandbox/soak/run-shop.ts";
import { systemClock } from "../../src/core/clock.ts";

await runShop(systemClock);
