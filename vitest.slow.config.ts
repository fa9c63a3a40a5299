import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that kill and restart whole processes, need real seconds to measure something, or try very many things. */
export const slowTests = [
  "test/bot/robustness.test.ts",
  "test/commands/backup.test.ts",
  "test/commands/doctor.test.ts",
  "test/commands/doctor-updates.test.ts",
  "test/commands/restore.test.ts",
  "test/db/client.test.ts",
  "test/db/migrate.test.ts",
  "test/db/embedded-kill.test.ts",
  "test/db/embedded.test.ts",
  "test/db/embedded-rights.test.ts",
  "test/desk/broadcast/killed.test.ts",
  "test/desk/broadcast/running.test.ts",
  "test/desk/roles.test.ts",
  "test/docs/resellers.test.ts",
  "test/e2e/chat.test.ts",
  "test/e2e/compiled.test.ts",
  "test/e2e/complete-menus.test.ts",
  "test/e2e/paid-purchases.test.ts",
  "test/e2e/price-requests.test.ts",
  "test/e2e/process.test.ts",
  "test/e2e/replicas.test.ts",
  "test/e2e/refused-start.test.ts",
  "test/e2e/routing.test.ts",
  "test/e2e/routing-budget.test.ts",
  "test/e2e/routing-trouble.test.ts",
  "test/e2e/chaos.test.ts",
  "test/e2e/taps.test.ts",
  "test/http/hostile-clients.test.ts",
  "test/orders/interleavings.test.ts",
  "test/shop/trouble-seconds.test.ts",
  "test/orders/watching/watch-together.test.ts",
  "test/providers/contract/handler-api.test.ts",
  "test/providers/protocols/fuzz-*.test.ts",
  "test/providers/transport/gate-rate.test.ts",
  "test/providers/transport/hostile-answers.test.ts",
  "test/reseller/adoption.test.ts",
  "test/reseller/golden-requests.test.ts",
  "test/reseller/hostile-use.test.ts",
  "test/reseller/npm-clients.test.ts",
  "test/reseller/oxgel.test.ts",
  "test/reseller/purchase.test.ts",
  "test/reseller/status-words.test.ts",
  "test/sandbox/past-month.test.ts",
  "test/sandbox/soak-judges.test.ts",
  "test/shop/upkeep.test.ts",
  "test/shop/webhook-master.test.ts",
];

/** The longest file first: the others then run beside it instead of before it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith("/replicas.test.ts");
    return [...files.filter(isLongest), ...files.filter((file) => !isLongest(file))];
  }
}

/** `npm run test:slow`. */
export default defineConfig({
  test: {
    include: slowTests,
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // The default of one second is a race on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
