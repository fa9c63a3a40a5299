import { afterAll, beforeAll, expect, it } from "vitest";
import { createProviderHealth } from "../../src/providers/health/health.ts";
import type { Provider } from "../../src/providers/port/provider.ts";
import { createProbes } from "../../src/workers/probes.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { createScriptedProvider, providerError } from "../support/scripted-provider.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

function probesOf(balance: Provider["balance"], holder: string) {
  const [clock, logger, db] = [createTestClock(), createTestLogger(), database.db];
  const health = createProviderHealth({ db, clock, logger, adminIds: [] });
  const provider: Provider = { ...createScriptedProvider(`of ${holder}`), balance };
  return createProbes({ db, providers: new Map([[provider.name, provider]]), health, clock, logger, holder });
}

it("a look at a provider that fails by a fault of ours is told, and not taken for the provider's silence", async () => {
  const probes = probesOf(() => Promise.reject(providerError("timeout", false)), "a");
  await expect(probes.step()).resolves.toBeUndefined();
  await database.db.deleteFrom("leases").execute();
  const faulty = probesOf(() => Promise.reject(new TypeError("a fault of ours")), "b");
  await expect(faulty.step()).rejects.toThrow("a fault of ours");
});
