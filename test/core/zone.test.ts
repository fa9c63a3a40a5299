import { describe, expect, it } from "vitest";
import { addDays, addMonths, createZone, isZone } from "../../src/core/zone.ts";

const HOUR_MS = 3_600_000;

describe("a time of the wall clock as a moment", () => {
  it.each([
    ["UTC", "2026-03-29", 9, "2026-03-29T09:00:00.000Z"],
    ["Europe/Berlin", "2026-03-28", 9, "2026-03-28T08:00:00.000Z"],
    ["Europe/Berlin", "2026-03-29", 9, "2026-03-29T07:00:00.000Z"],
    ["America/New_York", "2026-11-01", 9, "2026-11-01T14:00:00.000Z"],
    ["Asia/Kathmandu", "2026-03-29", 0, "2026-03-28T18:15:00.000Z"],
    ["Pacific/Kiritimati", "2026-03-29", 0, "2026-03-28T10:00:00.000Z"],
  ])("%s %s %i:00 is %s", (name, day, hour, moment) => {
    expect(
      createZone(name)
        .moment(day, hour * HOUR_MS)
        .toISOString(),
    ).toBe(moment);
  });

  it("that is skipped when clocks go forward is the moment after the skip", () => {
    const moment = createZone("Europe/Berlin").moment("2026-03-29", 2.5 * HOUR_MS);
    expect(moment.toISOString()).toBe("2026-03-29T01:00:00.000Z");
  });

  it("that comes twice when clocks go back is the first one", () => {
    const moment = createZone("Europe/Berlin").moment("2026-10-25", 2.5 * HOUR_MS);
    expect(moment.toISOString()).toBe("2026-10-25T00:30:00.000Z");
  });

  it("a day whose midnight is skipped begins at one o'clock", () => {
    const zone = createZone("Africa/Cairo");
    const start = zone.moment("2026-04-24");
    expect(start.toISOString()).toBe("2026-04-23T22:00:00.000Z");
    expect(zone.dayOf(start)).toBe("2026-04-24");
    expect(zone.dayOf(new Date(start.getTime() - 1))).toBe("2026-04-23");
  });
});

it("days are as long as the clocks make them", () => {
  const zone = createZone("Europe/Berlin");
  const hoursOf = (day: string): number =>
    (zone.moment(addDays(day, 1)).getTime() - zone.moment(day).getTime()) / HOUR_MS;
  expect(["2026-03-28", "2026-03-29", "2026-10-25"].map(hoursOf)).toEqual([24, 23, 25]);
});

it("the same day of a shorter month is its last", () => {
  expect(addMonths("2026-03-31", -1)).toBe("2026-02-28");
  expect(addMonths("2024-03-31", -1)).toBe("2024-02-29");
  expect(addMonths("2026-01-15", -1)).toBe("2025-12-15");
});

it("only names of zones are zones", () => {
  expect(["UTC", "Europe/Berlin", "Asia/Kathmandu"].every(isZone)).toBe(true);
  expect(["", "Berlin Time", "+99:00", "UTC; DROP"].some(isZone)).toBe(false);
});
