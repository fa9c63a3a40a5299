import { defineConfig } from "vitest/config";

/** Processes that are killed at every crash point, and a short soak, which wants the machine to itself; `npm run test:crash`. */
export default defineConfig({
  test: {
    include: ["test/crash/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    // The default of one second is a race on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
