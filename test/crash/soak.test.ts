import { expect, it } from "vitest";
import { runSoak } from "../../sandbox/soak/soak.ts";

/** The long one is `npm run soak`; this is as much of it as a test run can wait for. */
it("loses neither a cent nor a code while replicas, the database and the network fail", async () => {
  const lines: string[] = [];
  const { violations, figures } = await runSoak({
    kills: 60,
    replicas: 3,
    seed: 20_260_301,
    speed: 10,
    pgCrashes: 2,
    cycleKills: 100,
    killsPerSecond: 2,
    buyers: 12,
    tell: (line) => void lines.push(line),
  });
  const facts = `${lines.join("\n")}\n${JSON.stringify(figures)}`;
  expect(violations, `${facts}\n${JSON.stringify(violations, null, 2)}`).toEqual([]);
  expect(figures.kills, facts).toBeGreaterThanOrEqual(60);
  expect(figures.orders, facts).toBeGreaterThan(0);
}, 900_000);
