import { expect, it } from "vitest";
import { maskedIn } from "../../src/texts/operator/cards.ts";

it("an id of a provider that is made of the number shows no more of it than the number does", () => {
  expect(maskedIn("447700900123-1712", "+447700900123")).toBe("…0123-1712");
  expect(maskedIn("abc-1", "+447700900123")).toBe("abc-1");
  expect(maskedIn("abc-1", null)).toBe("abc-1");
});
