import { describe, expect, it } from "vitest";
import { csvLine } from "../../src/core/csv.ts";

describe("a line of a CSV file", () => {
  it("quotes what would end a cell too early", () => {
    expect(csvLine([{ text: 'Tom "T" Jerry' }, { text: "a,b" }, { text: "two\nlines" }])).toBe(
      '"Tom ""T"" Jerry","a,b","two\nlines"\r\n',
    );
  });

  it("quotes a semicolon, at which spreadsheet programs in German or Russian part the cells", () => {
    expect(csvLine([{ text: "WhatsApp; Business" }, { text: "b" }])).toBe('"WhatsApp; Business",b\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])(
    "keeps %j from being run as a formula",
    (text) => {
      expect(csvLine([{ text }])).toMatch(/^"?'/);
    },
  );

  it("writes our own amounts as plain decimals, also below zero, and nothing for what is not there", () => {
    expect(csvLine([{ number: "-0.12" }, { text: null }, { number: "3.00" }])).toBe("-0.12,,3.00\r\n");
  });
});
