import { defineConfig } from "vitest/config";
import { slowTests } from "./vitest.slow.config.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/crash/**", ...slowTests, "**/node_modules/**"],
    globalSetup: ["test/support/global-setup.ts"],
    // Files are isolated by their own database. Nothing in src or test keeps state in a module, so that the files
    // share loaded modules: loading them anew for each file is a third of all work.
    pool: "forks",
    isolate: false,
    maxWorkers: 3,
    // The default of one second is a race on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
