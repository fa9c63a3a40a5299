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
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
