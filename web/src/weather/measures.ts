import { Interval, Metric } from "@throng/gen/throng/weather/v1/weather_pb";
import type { Step } from "./search";

export type Measure = "temperature" | "humidity" | "wind";

/** What is measured, and in what. */
export const measures = {
  temperature: { metric: Metric.TEMPERATURE, label: "Temperature", unit: "°C" },
  humidity: { metric: Metric.HUMIDITY, label: "Humidity", unit: "%" },
  wind: { metric: Metric.WIND_SPEED, label: "Wind speed", unit: "km/h" },
} as const;

export const intervals: Record<Step, { interval: Interval; label: string; each: string }> = {
  hour: { interval: Interval.HOUR, label: "Hours", each: "Hour by hour" },
  day: { interval: Interval.DAY, label: "Days", each: "Day by day" },
  month: { interval: Interval.MONTH, label: "Months", each: "Month by month" },
};

const digits = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A value with its unit, as people read it: 22.4 °C. */
export function sayValue(value: number, unit: string): string {
  // Minus nothing is nothing.
  const rounded = Math.round(value * 10) / 10 || 0;
  return `${digits.format(rounded)} ${unit}`;
}

const date = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
const formats = {
  hour: new Intl.DateTimeFormat(undefined, { ...date, hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat(undefined, date),
  month: new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" }),
};

/** An hour, a day or a month by its beginning, by UTC. */
export function sayStep(step: Step, start: number): string {
  return formats[step].format(start);
}
