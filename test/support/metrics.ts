import type { Registry } from "prom-client";
import { z } from "zod";

export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

const exposed = z.object({ name: z.string(), type: z.unknown(), labelNames: z.array(z.string()) });

/** What a registry has. The library's types do not tell the names of labels, its objects do. */
export function exposedMetrics(registry: Registry): ReadonlyMap<string, ExposedMetric> {
  const metrics = registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = exposed.parse(metric);
    return { name, type: String(type), labelNames };
  });
  return new Map(metrics.map((metric) => [metric.name, metric]));
}

export interface Selector {
  readonly name: string;
  /** Label and value of each matcher; the value is undefined unless it must be equal. */
  readonly matchers: readonly { readonly label: string; readonly equals: string | undefined }[];
}

export interface PromQuery {
  readonly selectors: readonly Selector[];
  /** Labels that results are grouped by. */
  readonly grouping: readonly string[];
}

const words = new Set(["and", "or", "unless", "bool", "offset"]);
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const SELECTOR = /(?<![\w.$])([a-zA-Z_:][\w:]*)(?![\w:])(?!\s*\()\s*(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g;

/** The metrics and labels that a PromQL expression names. It reads what our dashboard and rules use, not all of PromQL. */
export function readPromql(expression: string): PromQuery {
  const withoutRanges = expression.replaceAll(/\[[^\]]*\]/g, "");
  const grouping = [...withoutRanges.matchAll(GROUPING)].flatMap(([, list = ""]) => labelsIn(list));
  const rest = withoutRanges.replaceAll(GROUPING, "");
  const selectors = [...rest.matchAll(SELECTOR)].flatMap(([, name = "", braces = ""]) =>
    words.has(name) ? [] : [{ name, matchers: matchersIn(braces) }],
  );
  return { selectors, grouping };
}

function labelsIn(list: string): string[] {
  return list.split(",").flatMap((label) => (label.trim() === "" ? [] : [label.trim()]));
}

function matchersIn(braces: string): Selector["matchers"] {
  return [...braces.matchAll(MATCHER)].map(([, label = "", operator, value]) => ({
    label,
    equals: operator === "=" ? value : undefined,
  }));
}
