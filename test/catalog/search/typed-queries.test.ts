import { describe, expect, it } from "vitest";
import { searchAmong } from "./everything-on-sale.ts";
import { judge, type Query, readQueries, type Verdict } from "./queries.ts";

interface Judged {
  readonly query: Query;
  readonly verdict: Verdict;
}

/** Kinds whose right answer is to find nothing. */
const SMALL_TALK = new Set(["talk", "nonsense"]);

function percent(judged: readonly Judged[], isRight: (verdict: Verdict) => boolean): number {
  return (100 * judged.filter(({ verdict }) => isRight(verdict)).length) / judged.length;
}

function tableOf(title: string, judged: readonly Judged[], keyOf: (query: Query) => string): string {
  const keys = [...new Set(judged.map(({ query }) => keyOf(query)))];
  const rows = keys.map((key) => {
    const some = judged.filter(({ query }) => keyOf(query) === key);
    const cells = [
      some.length,
      percent(some, ({ isFound }) => isFound).toFixed(1),
      percent(some, ({ isStraight }) => isStraight).toFixed(1),
      some.filter(({ verdict }) => verdict.isWrongCard).length,
    ];
    return key.padEnd(30) + cells.map((cell) => String(cell).padStart(9)).join("");
  });
  const header = ["queries", "first 3", "at once", "wrong"].map((cell) => cell.padStart(9)).join("");
  return [title.padEnd(30) + header, ...rows].join("\n");
}

describe.each(["tuning", "held-out"] as const)("what people type: the %s half of the queries", (half) => {
  const find = searchAmong({});
  const judged = readQueries(half).map((query) => ({
    query,
    verdict: judge(query, find(query.text, query.language)),
  }));

  it("is understood: 95 % among the first three, 90 % at once", () => {
    process.stdout.write(`\n${tableOf(`${half}: by kind`, judged, ({ kind }) => kind)}\n`);
    process.stdout.write(`\n${tableOf(`${half}: by language`, judged, ({ language }) => language)}\n`);
    process.stdout.write(`\n${tableOf(half, judged, () => "all")}\n`);
    expect(percent(judged, ({ isFound }) => isFound)).toBeGreaterThanOrEqual(95);
    expect(percent(judged, ({ isStraight }) => isStraight)).toBeGreaterThanOrEqual(90);
  });

  it.each(["en", "ru", "es", "pt", "id", "ar"])("is understood as well in %s", (language) => {
    const some = judged.filter(({ query }) => query.language === language);
    expect(some.length).toBeGreaterThan(25);
    expect(percent(some, ({ isFound }) => isFound)).toBeGreaterThanOrEqual(95);
    expect(percent(some, ({ isStraight }) => isStraight)).toBeGreaterThanOrEqual(90);
  });

  it("never opens a confirm card for something else", () => {
    expect(judged.filter(({ verdict }) => verdict.isWrongCard).map(({ query }) => query.text)).toEqual([]);
  });

  it("finds nothing in small talk", () => {
    const found = judged.filter(({ query, verdict }) => SMALL_TALK.has(query.kind) && !verdict.isFound);
    expect(found.map(({ query }) => query.text)).toEqual([]);
  });
});
