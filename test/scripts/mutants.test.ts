import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { equivalentMutants, nameOf } from "../../scripts/mutants/equivalents.ts";
import { mutantsOf } from "../../scripts/mutants/operators.ts";

/** The text after each breakage, by what was broken. */
function broken(text: string): Record<string, string> {
  return Object.fromEntries(
    mutantsOf("a.ts", text).map(({ what, start, end, replacement }) => [
      what.split(":")[0] ?? "",
      text.slice(0, start) + replacement + text.slice(end),
    ]),
  );
}

describe("the breakages that are tried on the money code", () => {
  it("turn and drop a guard", () => {
    expect(broken("function f(x) { if (x.isEnded) return; }")).toEqual({
      "guard dropped": "function f(x) { if (false as boolean) return; }",
      "condition turned": "function f(x) { if (!(x.isEnded)) return; }",
    });
  });

  it("move a bound, swap an operator, turn a flag, shorten a time", () => {
    expect(broken("const a = b <= c;")).toEqual({ "bound moved": "const a = b < c;" });
    expect(broken("const a = b && c;")).toEqual({ "operator swapped": "const a = b || c;" });
    expect(broken("const a = true;")).toEqual({ "flag turned": "const a = false;" });
    expect(broken("const WAIT_MS = 60;")).toEqual({ "time shortened": "const WAIT_MS = (60) / 1000;" });
    expect(broken("const WAIT_MS = 60 * 1000;")).toEqual({
      "time shortened": "const WAIT_MS = (60 * 1000) / 1000;",
    });
  });

  it("forget a statement, but none that only tells somebody", () => {
    expect(broken("await book(tx);")).toEqual({ "statement dropped": ";" });
    expect(broken("deps.onMessages(); deps.logger.warn({}); deps.checkpoint('a');")).toEqual({});
    expect(broken("if (isNew) deps.onMessages();")).toEqual({});
  });

  it("forget a step of a query and a lock in SQL", () => {
    expect(broken("return q.where('id', '=', id).execute()")).toEqual({
      "query step dropped": "return q.execute()",
    });
    expect(broken("sql`SELECT 1 FOR UPDATE`")).toEqual({ "SQL lock or condition dropped": "sql`SELECT 1`" });
  });
});

describe("the list of breakages that change nothing", () => {
  it("names breakages of the code as it is, each once", async () => {
    const listed = await equivalentMutants();
    expect(new Set(listed.map(nameOf)).size).toBe(listed.length);
    for (const entry of listed) {
      const text = await readFile(new URL(`../../${entry.file}`, import.meta.url), "utf8");
      expect(mutantsOf(entry.file, text).map(nameOf)).toContain(nameOf(entry));
    }
  });
});
