import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { driftOf } from "../../sandbox/soak/books.ts";
import { findLeaks } from "../../sandbox/soak/leaks.ts";

const confidential = {
  secrets: ["123456:token-of-the-bot"],
  phones: ["447700900123"],
  codes: ["7000001"],
};
let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-leaks-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function leaksIn(...lines: string[]): Promise<string[]> {
  const path = join(directory, "shop.log");
  await writeFile(path, lines.join("\n"));
  const leaks = await findLeaks(path, confidential);
  return leaks.map(({ detail }) => detail);
}

describe("the search of a soak's log", () => {
  it.each([
    ["a secret", '{"msg":"GET https://api.telegram.org/bot123456:token-of-the-bot/getMe"}'],
    ["a phone number", '{"phone":"+447700900123"}'],
    ["a phone number", '{"msg":"rented 447700900123 just now"}'],
    ["a code", '{"msg":"Your code is 7000001"}'],
  ])("finds %s in %s and does not repeat it", async (what, line) => {
    const [detail] = await leaksIn('{"msg":"fine"}', line);
    expect(detail).toMatch(new RegExp(`^${what} in line 2: `));
    for (const value of Object.values(confidential).flat()) expect(detail).not.toContain(value);
  });

  it("takes no longer number, id or part of a word for one of them", async () => {
    const lines = ['{"updateId":70000011,"orderId":"7000001-a"}', '{"ms":7000001.5,"name":"x7000001"}'];
    expect(await leaksIn(...lines)).toEqual([]);
  });
});

describe("the comparison of books", () => {
  const books = { supplier: "s", keptMicros: 100n, bookedMicros: 100n, possibleMicros: 0n };
  it("finds money that the supplier has kept and the ledger does not know of", () => {
    expect(driftOf({ ...books, keptMicros: 130n })).toBe(30n);
  });
  it("finds money that the ledger has booked and the supplier has not kept, but for possible losses", () => {
    expect(driftOf({ ...books, bookedMicros: 150n, possibleMicros: 20n })).toBe(30n);
    expect(driftOf({ ...books, bookedMicros: 150n, possibleMicros: 50n })).toBe(0n);
  });
});
