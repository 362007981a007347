import { expect, test } from "vitest";
import { timeAgo } from "./Time";

const now = new Date("2026-06-15T12:00:00Z");
const minutes = (n: number) => new Date(now.getTime() - n * 60_000);

test.each([
  [minutes(-5), "now"],
  [minutes(0.5), "now"],
  [minutes(1), "1 min"],
  [minutes(59), "59 min"],
  [minutes(60), "1 h"],
  [minutes(24 * 60 - 1), "23 h"],
  [minutes(24 * 60), "1 d"],
  [minutes(6.9 * 24 * 60), "6 d"],
])("%s is %s", (then, shown) => {
  expect(timeAgo(then, now)).toBe(shown);
});

test("after a week it is a date, with the year where it is another", () => {
  expect(timeAgo(new Date("2026-03-02T12:00:00Z"), now)).toMatch(/2/);
  expect(timeAgo(new Date("2026-03-02T12:00:00Z"), now)).not.toMatch(/2026/);
  expect(timeAgo(new Date("2024-03-02T12:00:00Z"), now)).toMatch(/2024/);
});
