import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { environmentOf, type Outside, startOutside } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { addProcessMetrics } from "../../src/shop/metrics/metrics.ts";
import { type Shop, startShop } from "../../src/shop/shop.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { type ExposedMetric, exposedMetrics, readPromql, type Selector } from "../support/metrics.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Prometheus's own. */
const ownLabels = ["job", "instance"];
const ownMetrics = new Set(["up"]);

/** Metrics of the shop that no panel shows, and why. */
const unseen: ReadonlyMap<string, string> = new Map();

const target = z.object({ expr: z.string(), legendFormat: z.string() });
const panel = z.object({
  id: z.number(),
  type: z.enum(["row", "stat", "timeseries"]),
  title: z.string().min(1),
  description: z.string().min(1).optional(),
  datasource: z
    .object({ type: z.literal("prometheus"), uid: z.string().regex(/^\$\{datasource\}$/) })
    .optional(),
  fieldConfig: z
    .object({
      defaults: z.object({ unit: z.string(), thresholds: z.object({ steps: z.array(z.unknown()) }) }),
    })
    .optional(),
  targets: z.array(target).default([]),
});
const dashboard = z.object({
  title: z.string(),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(panel),
});

const { panels, templating } = dashboard.parse(JSON.parse(read("deploy/grafana/numstore.json")));
const drawn = panels.flatMap(({ title, targets }) => targets.map((query) => ({ where: title, ...query })));
const rules = [...read("deploy/prometheus/numstore-rules.yml").matchAll(/alert: (\w+)\n +expr: (.+)/g)].map(
  ([, where = "", expr = ""]) => ({ where, expr }),
);
const queries = [...drawn, ...rules];

let outside: Outside;
let database: TestDatabase;
let shop: Shop;
let metrics: ReadonlyMap<string, ExposedMetric>;

beforeAll(async () => {
  outside = await startOutside({ clock: systemClock, pulseMs: 1_000 });
  database = await createTestDatabase();
  const result = loadConfig({ ...environmentOf(outside), PORT: "0", ADMIN_PORT: "0" });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  shop = await startShop({
    config: result.config,
    clock: systemClock,
    followsDatabaseTime: true,
    logger: createTestLogger(),
    connectionString: database.connectionString,
    signal: new AbortController().signal,
  });
  // As main.ts does.
  addProcessMetrics(shop.metrics);
  metrics = exposedMetrics(shop.metrics.registry);
});

afterAll(async () => {
  await shop.stop();
  await outside.close();
  await database.close();
});

/** The metric behind a name in a query: a histogram is asked for by its buckets, sum or count. */
function metricOf(name: string): { metric: ExposedMetric; labels: readonly string[] } | undefined {
  const metric = metrics.get(name);
  if (metric) return metric.type === "histogram" ? undefined : { metric, labels: metric.labelNames };
  const [, base = "", suffix] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = metrics.get(base);
  if (histogram?.type !== "histogram") return undefined;
  return {
    metric: histogram,
    labels: suffix === "bucket" ? [...histogram.labelNames, "le"] : histogram.labelNames,
  };
}

/** The values that a label of a metric has in the started shop. */
async function valuesOf(registry: Registry, name: string, label: string): Promise<ReadonlySet<unknown>> {
  const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
  return new Set(
    values.flatMap(({ labels }) =>
      Object.entries(labels).flatMap(([key, value]) => (key === label ? [value] : [])),
    ),
  );
}

async function expectMatchersToFit({ name, matchers }: Selector, labels: readonly string[]): Promise<void> {
  for (const { label, equals } of matchers) {
    expect([...labels, ...ownLabels], `${name} by ${label}`).toContain(label);
    const values = await valuesOf(shop.metrics.registry, name, label);
    if (equals !== undefined && values.size > 0)
      expect([...values], `${name} with ${label}`).toContain(equals);
  }
}

describe("the dashboard and the alert rules", () => {
  it("ask for something", () => {
    expect(drawn.length).toBeGreaterThan(30);
    expect(rules.length).toBe(read("deploy/prometheus/numstore-rules.yml").match(/- alert:/g)?.length);
    expect(rules.length).toBeGreaterThan(10);
  });

  it.each(queries)("$where asks for metrics and labels that the shop has: $expr", async ({ expr }) => {
    const { selectors, grouping } = readPromql(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) {
      if (ownMetrics.has(selector.name)) continue;
      const found = metricOf(selector.name);
      expect(found, selector.name).toBeDefined();
      const labels = found?.labels ?? [];
      for (const label of grouping) expect([...labels, ...ownLabels], selector.name).toContain(label);
      await expectMatchersToFit(selector, labels);
    }
  });

  it.each(drawn)(
    "$where names its lines by labels that its result has: $legendFormat",
    ({ expr, legendFormat }) => {
      const { grouping } = readPromql(expr);
      const isGrouped = /\b(sum|max|min)\b/.test(expr);
      const has = isGrouped ? grouping : ownLabels;
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(has).toContain(label);
    },
  );

  it("have no two panels with one id, and every panel has words, a unit and thresholds", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description, datasource, fieldConfig } of panels) {
      if (type === "row") continue;
      expect(description, title).toBeDefined();
      expect(datasource, title).toBeDefined();
      expect(fieldConfig?.defaults.thresholds.steps.length, title).toBeGreaterThan(0);
    }
  });

  it("choose the data source and the provider by variables that exist", () => {
    expect(templating.list.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "datasource: datasource",
      "provider: query",
    ]);
    for (const { definition } of templating.list) {
      const [, name = "", label = ""] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? "") ?? [];
      if (definition !== undefined) expect(metricOf(name)?.labels).toContain(label);
    }
  });

  it("show every metric of the shop, but for those that are left out on purpose", () => {
    const shown = new Set(
      drawn.flatMap(({ expr }) => readPromql(expr).selectors.map(({ name }) => metricOf(name)?.metric.name)),
    );
    const own = [...metrics.keys()].filter((name) => name.startsWith("numstore_"));
    expect(own.filter((name) => !shown.has(name)).sort()).toEqual([...unseen.keys()].sort());
  });
});

describe("docs/metrics.md", () => {
  const rows = read("docs/metrics.md")
    .split("\n")
    .flatMap((line) => {
      const [, name, labels = "", meaning = "", remedy = ""] = line.split("|").map((cell) => cell.trim());
      const [, metric] = /^`(\w+)`$/.exec(name ?? "") ?? [];
      return metric === undefined ? [] : [{ metric, labels: labels.match(/\w+/g) ?? [], meaning, remedy }];
    });

  it("names every metric of the shop once, with its labels", () => {
    const own = [...metrics.values()].filter(({ name }) => name.startsWith("numstore_"));
    const said = rows.filter(({ metric }) => metric.startsWith("numstore_"));
    const byName = (a: string, b: string): number => a.localeCompare(b);
    expect(said.map(({ metric, labels }) => `${metric}: ${labels.join(" ")}`).sort(byName)).toEqual(
      own.map(({ name, labelNames }) => `${name}: ${labelNames.join(" ")}`).sort(byName),
    );
  });

  it("says of each what it means, and what to do", () => {
    for (const { metric, meaning, remedy } of rows) {
      expect(meaning.length, metric).toBeGreaterThan(10);
      expect(remedy.length, metric).toBeGreaterThan(0);
    }
  });

  it("names no metric of Node that is not there", () => {
    for (const { metric } of rows) expect([...metrics.keys()]).toContain(metric);
  });

  it("names every alert", () => {
    const text = read("docs/metrics.md");
    for (const { where } of rules) expect(text).toContain(`\`${where}\``);
  });
});
