import { dayMs, dayOf, type Step, type WeatherSearch } from "./search";

const hour = 3_600_000;
const day = 24 * hour;
/** More of them a call does not answer. */
export const mostSteps = 2000;
const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/** A range of time; the end does not belong to it. */
export interface Range {
  from: number;
  to: number;
}

/** What is wrong with the days of an address, by field. */
export function problemsOf({ from, to }: WeatherSearch): { from?: string; to?: string } {
  const [first, last] = [from && dayMs(from), to && dayMs(to)];
  const outside = (ms: number | "" | undefined) => typeof ms === "number" && (ms < earliest || ms >= latest);
  if (outside(first)) {
    return { from: "A day from 1900 to 2199." };
  }
  if (outside(last)) {
    return { to: "A day from 1900 to 2199." };
  }
  return typeof first === "number" && typeof last === "number" && last < first
    ? { to: "The period ends before it begins." }
    : {};
}

/** The period as it is asked for, within that of the observations where an end is left out. */
export function rangeOf({ from, to }: WeatherSearch, observed: { first: number; last: number }): Range {
  const last = to === undefined ? undefined : dayMs(to);
  return {
    from: (from === undefined ? undefined : dayMs(from)) ?? observed.first,
    to: last === undefined ? observed.last + 1 : last + day,
  };
}

/** What a period is cut into where nobody has chosen it. */
export function stepFor({ from, to }: Range): Step {
  const days = (to - from) / day;
  return days <= 8 ? "hour" : days <= 800 ? "day" : "month";
}

/** The beginning of the hour, day or month of a moment, by UTC. */
export function floorTo(step: Step, ms: number): number {
  if (step === "month") {
    const date = new Date(ms);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  }
  const length = step === "hour" ? hour : day;
  return Math.floor(ms / length) * length;
}

/** The beginning of the one that follows. */
export function after(step: Step, start: number): number {
  if (step === "month") {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  }
  return start + (step === "hour" ? hour : day);
}

/** How many hours, days or months a period touches. */
export function stepsIn({ from, to }: Range, step: Step): number {
  const [first, last] = [floorTo(step, from), floorTo(step, to - 1)];
  if (step === "month") {
    const month = (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth();
    return month(last) - month(first) + 1;
  }
  return (last - first) / (step === "hour" ? hour : day) + 1;
}

/** The last so many days of the observations. */
export function lastDays(days: number, last: number): { from: string; to: string } {
  return { from: dayOf(last - (days - 1) * day), to: dayOf(last) };
}
