import { describe, expect, it } from "vitest";
import { makeKey, readKey, trimmedKey } from "../../src/reseller/key-format.ts";

describe("a key as clients send it", () => {
  it("is known with blanks around it and slashes after it", () => {
    const { text, id } = makeKey();
    expect(readKey(` ${text}// `.trim())).toMatchObject({ id });
  });

  it("is cut before anything is looked for in it: thousands of slashes cost nothing", () => {
    expect(trimmedKey(`${"/".repeat(15_000)}x`)).toBe("");
    expect(readKey(`${"/".repeat(15_000)}x`)).toBeUndefined();
  });
});
