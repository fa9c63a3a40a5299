import { defineConfig } from "vitest/config";
import { slowTests } from "./vitest.slow.config.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/crash/**", ...slowTests, "**/node_modules/**"],
    globalSetup: ["test/support/global-setup.ts"],
    // Files are isolated by their own database, and a test that kills or signals processes needs its own process.
    pool: "forks",
    maxWorkers: 3,
    // The default of one second is a race on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
