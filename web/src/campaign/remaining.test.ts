import { expect, test } from "vitest";
import { callOut, remaining } from "./remaining";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test("what is left is told by the parts of a clock, a begun second whole", () => {
  expect(remaining(2 * day + 3 * hour + 4 * minute + 5 * second)).toEqual({
    days: 2,
    hours: 3,
    minutes: 4,
    seconds: 5,
  });
  expect(remaining(1)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 1 });
  expect(remaining(59 * second + 1)).toEqual({ days: 0, hours: 0, minutes: 1, seconds: 0 });
  expect(remaining(-5)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 });
});

test.each([
  [9 * day + hour, "in 9 days"],
  [day + hour, "in 25 hours"],
  [hour, "in 1 hour"],
  [50 * minute, "within an hour"],
  [31 * minute, "within 45 minutes"],
  [5 * minute, "within 5 minutes"],
  [second, "within a minute"],
  [0, "now"],
])("%d ms before, it is %s", (ms, text) => {
  expect(callOut(ms)).toBe(text);
});

test("over the last two hours a screen reader is told ten times, not every second", () => {
  const texts = new Set<string>();
  for (let ms = 2 * hour; ms >= 0; ms -= second) {
    texts.add(callOut(ms));
  }
  expect(texts.size).toBe(11);
});
