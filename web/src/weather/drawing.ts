import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { GetSeriesResponse } from "@throng/gen/throng/weather/v1/weather_pb";
import { after, floorTo, type Range } from "./period";
import type { Step } from "./search";

/** What is drawn of an hour, a day or a month, in the unit itself. */
export interface Mark {
  start: number;
  mean: number;
  min: number;
  max: number;
  count: bigint;
}

/** The points of a series that have values. */
export function marksOf({ points }: GetSeriesResponse): Mark[] {
  return points.flatMap(({ start, summary }) =>
    start && summary && summary.count > 0n
      ? {
          start: timestampMs(start),
          mean: Number(summary.mean),
          min: (summary.min ?? 0) / 100,
          max: (summary.max ?? 0) / 100,
          count: summary.count,
        }
      : [],
  );
}

/** Marks that follow one another without a gap: what nobody has measured is not drawn. */
export function runsOf(marks: Mark[], step: Step): Mark[][] {
  const runs: Mark[][] = [];
  for (const mark of marks) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && after(step, last.start) === mark.start) {
      run.push(mark);
    } else {
      runs.push([mark]);
    }
  }
  return runs;
}

/** Round numbers, about so many, the first not above and the last not below all values. */
export function ticksOf(low: number, high: number, about = 4): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / about));
  const size = power * ([1, 2, 5, 10].find((factor) => span / (power * factor) <= about) ?? 10);
  const first = Math.floor(low / size);
  const last = Math.max(Math.ceil(high / size), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * size).toFixed(6)));
}

/** The places of marks on a ground of 1000 by 1000, its origin at the upper left. */
export interface Scale {
  ticks: number[];
  x(start: number): number;
  y(value: number): number;
  /** The mark that is nearest to a place. */
  nearest(x: number): number;
}

export function scaleOf(marks: Mark[], range: Range, step: Step): Scale {
  const ticks = ticksOf(
    marks.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    marks.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY),
  );
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const [first, last] = [floorTo(step, range.from), floorTo(step, range.to - 1)];
  const x = (start: number) => (last > first ? ((start - first) / (last - first)) * 1000 : 500);
  return {
    ticks,
    x,
    y: (value) => ((high - value) / (high - low)) * 1000,
    nearest: (at) =>
      marks.reduce(
        (best, mark, index) =>
          Math.abs(x(mark.start) - at) < Math.abs(x(marks[best]?.start ?? 0) - at) ? index : best,
        0,
      ),
  };
}

/** The line through the means of a run; one of a single mark is a dot. */
export function lineOf(run: Mark[], { x, y }: Scale): string {
  const [only] = run;
  if (run.length === 1 && only) {
    return `M${place(x(only.start))} ${place(y(only.mean))}h0`;
  }
  return run
    .map((mark, index) => `${index ? "L" : "M"}${place(x(mark.start))} ${place(y(mark.mean))}`)
    .join("");
}

/** The band between the least and the greatest values of a run. */
export function bandOf(run: Mark[], { x, y }: Scale): string {
  const corner = (mark: Mark, value: number) => `${place(x(mark.start))} ${place(y(value))}`;
  const there = run.map((mark) => corner(mark, mark.max));
  const back = [...run].reverse().map((mark) => corner(mark, mark.min));
  return `M${[...there, ...back].join("L")}Z`;
}

const place = (n: number) => n.toFixed(1);
