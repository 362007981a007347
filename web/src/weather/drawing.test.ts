import { expect, test } from "vitest";
import { bandOf, lineOf, type Mark, runsOf, scaleOf, ticksOf } from "./drawing";

const day = 86_400_000;
const mark = (n: number, mean: number): Mark => ({
  start: n * day,
  mean,
  min: mean - 1,
  max: mean + 1,
  count: 1n,
});

test("what nobody measured is a gap", () => {
  const marks = [mark(0, 1), mark(1, 2), mark(3, 3)];
  expect(runsOf(marks, "day").map((run) => run.length)).toEqual([2, 1]);
});

test("months follow one another whatever their length", () => {
  const starts = [0, 1, 2].map((month) => Date.UTC(2017, month, 1));
  const marks = starts.map((start) => ({ ...mark(0, 1), start }));
  expect(runsOf(marks, "month")).toHaveLength(1);
});

test("ticks are round and enclose all values", () => {
  expect(ticksOf(-3.2, 27.1)).toEqual([-10, 0, 10, 20, 30]);
  expect(ticksOf(5, 5)).toEqual([5, 5.5]);
  expect(ticksOf(0.12, 0.31)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
});

test("marks stand where their time and value are", () => {
  const marks = [mark(0, 1), mark(2, 9)];
  const scale = scaleOf(marks, { from: 0, to: 3 * day }, "day");
  expect(scale.ticks[0]).toBe(0);
  expect(scale.ticks.at(-1)).toBe(10);
  expect(lineOf(marks, scale)).toBe("M0.0 900.0L1000.0 100.0");
  expect(bandOf(marks, scale)).toBe("M0.0 800.0L1000.0 0.0L1000.0 200.0L0.0 1000.0Z");
  expect(scale.nearest(400)).toBe(0);
  expect(scale.nearest(600)).toBe(1);
});

test("a single mark is a dot in the middle", () => {
  const marks = [mark(0, 1)];
  expect(lineOf(marks, scaleOf(marks, { from: 0, to: day }, "day"))).toMatch(/^M500\.0 .*h0$/);
});
