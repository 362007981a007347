import { expect, test } from "vitest";
import { problemsOf, rangeOf, stepFor, stepsIn } from "./period";
import { dayMs, weatherFrom } from "./search";

const at = (iso: string) => Date.parse(iso);

test("an address is read, whatever somebody has written into it", () => {
  expect(weatherFrom({ place: 7, measure: "rain", from: "2017-02-29", to: 2017, interval: "year" })).toEqual({
    place: "7",
  });
  const whole = { place: "a", measure: "wind", from: "2016-02-29", to: "2017-01-01", interval: "day" };
  expect(weatherFrom(whole)).toEqual(whole);
  expect(dayMs("2017-1-1")).toBeUndefined();
});

test("the last day belongs to a period, and open ends are those of the observations", () => {
  const observed = { first: at("2017-01-05T09:00:00Z"), last: at("2017-03-01T00:00:00Z") };
  expect(rangeOf({}, observed)).toEqual({ from: observed.first, to: observed.last + 1 });
  expect(rangeOf({ from: "2017-02-01", to: "2017-02-01" }, observed)).toEqual({
    from: at("2017-02-01T00:00:00Z"),
    to: at("2017-02-02T00:00:00Z"),
  });
});

test("periods upside down or out of bounds are told at their field", () => {
  expect(problemsOf({ from: "2017-01-02", to: "2017-01-01" })).toHaveProperty("to");
  expect(problemsOf({ from: "1899-12-31" })).toHaveProperty("from");
  expect(problemsOf({ to: "2200-01-01" })).toHaveProperty("to");
  expect(problemsOf({ from: "2017-01-01", to: "2017-01-01" })).toEqual({});
});

test("steps are counted as the server cuts them: each that is touched, and none that only begins at the end", () => {
  const year = { from: at("2016-12-31T23:30:00Z"), to: at("2018-01-01T00:00:00Z") };
  expect(stepsIn(year, "month")).toBe(13);
  expect(stepsIn(year, "day")).toBe(366);
  expect(stepsIn(year, "hour")).toBe(365 * 24 + 1);
});

test("longer periods are cut into longer steps, never into too many", () => {
  const days = (n: number) => ({ from: 0, to: n * 86_400_000 });
  expect([1, 8, 9, 800, 801].map((n) => stepFor(days(n)))).toEqual(["hour", "hour", "day", "day", "month"]);
});
