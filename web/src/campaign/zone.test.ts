import { describe, expect, test } from "vitest";
import { fromWall, isZone, sayMoment, toWall, zones } from "./zone";

const places = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];

describe.each(places)("in %s", (zone) => {
  test("every half hour of the months in which clocks are changed is read as it was written, or is the later of an hour that comes twice", () => {
    let twice = 0;
    for (const month of [2, 3, 9, 10]) {
      for (let at = Date.UTC(2026, month); at < Date.UTC(2026, month + 1); at += 30 * 60_000) {
        const read = fromWall(toWall(new Date(at), zone), zone)?.getTime() ?? Number.NaN;
        if (read !== at) {
          expect(read).toBeLessThan(at);
          expect(toWall(new Date(read), zone)).toBe(toWall(new Date(at), zone));
          twice++;
        }
      }
    }
    expect(twice).toBeLessThanOrEqual(2);
  });
});

test("a time is one of its zone", () => {
  expect(fromWall("2026-05-03T18:00", "Europe/Berlin")?.toISOString()).toBe("2026-05-03T16:00:00.000Z");
  expect(fromWall("2026-05-03T18:00:30", "Asia/Kathmandu")?.toISOString()).toBe("2026-05-03T12:15:30.000Z");
  expect(toWall(new Date("2026-05-03T16:00:59Z"), "Europe/Berlin")).toBe("2026-05-03T18:00");
  expect(toWall(new Date("2026-05-03T16:00:59Z"), "Europe/Berlin", true)).toBe("2026-05-03T18:00:59");
});

test("an hour that comes twice is the first, one that is left out goes on", () => {
  expect(fromWall("2026-10-25T02:30", "Europe/Berlin")?.toISOString()).toBe("2026-10-25T00:30:00.000Z");
  expect(fromWall("2026-03-29T02:30", "Europe/Berlin")?.toISOString()).toBe("2026-03-29T01:30:00.000Z");
});

test.each(["", "yesterday", "2026-13-01T00:00"])("%j is no time", (text) => {
  expect(fromWall(text, "UTC")).toBeUndefined();
});

test("zones are known by name, and one that is not is told in UTC", () => {
  expect(isZone("Europe/Berlin")).toBe(true);
  expect(isZone("Europe/Atlantis")).toBe(false);
  expect(isZone("")).toBe(false);
  expect(zones()).toContain("UTC");
  expect(sayMoment(new Date("2026-05-03T16:00:00Z"), "Europe/Berlin")).toMatch(/2026.*Europe\/Berlin/);
  expect(sayMoment(new Date("2026-05-03T16:00:00Z"), "Europe/Atlantis")).toMatch(/UTC/);
});
