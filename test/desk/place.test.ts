import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { act, at, decodePlace, encodePlace } from "../../src/bot/desk/place.ts";
import { shortenId } from "../../src/core/ids.ts";

describe("what a button of the desk says", () => {
  it("reads back as it was written", () => {
    const id = shortenId("018f2c5e-7b1a-7c3d-8e4f-0123456789ab");
    for (const place of [
      at("h"),
      at("b", id),
      at("pr", "wa", "GB", 3),
      act("d", "y", id, "abc_-123"),
      at("f", ""),
    ])
      expect(decodePlace(encodePlace(place))).toEqual(place);
  });

  it("fits into 64 bytes, or is not written", () => {
    const id = shortenId("018f2c5e-7b1a-7c3d-8e4f-0123456789ab");
    expect(encodePlace(act("zz", "z9", id, id)).length).toBeLessThanOrEqual(64);
    expect(() => encodePlace(act("zz", "z9", id, id, id))).toThrow("screen zz");
    expect(() => encodePlace(at("b", "a/b"))).toThrow();
    expect(() => encodePlace(at("b", "$1.50"))).toThrow();
  });

  it("is nothing when anybody else wrote it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `D${text}`),
        ),
        (text) => {
          const place = decodePlace(text);
          if (place !== undefined) expect(encodePlace(place)).toBe(text);
        },
      ),
    );
  });
});
