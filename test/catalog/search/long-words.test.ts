import { describe, expect, it } from "vitest";
import { readText } from "../../../src/catalog/search/read-text.ts";
import { searchData } from "./everything-on-sale.ts";

describe("a word of letters that stand for many", () => {
  it("is read no longer than a text may be", () => {
    const { tokens } = readText(
      "\u0648\u0627\u0644".concat("\ufdfa".repeat(197)),
      searchData,
      () => false,
      "ar",
    );
    const lengths = tokens.map((token) => (token.kind === "word" ? token.folded.length : 0));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
  });
});
