import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { type Location, LocationSchema } from "@throng/gen/throng/weather/v1/location_pb";
import type { Observation } from "@throng/gen/throng/weather/v1/observation_pb";
import {
  type GetAverageRequest,
  type GetSeriesRequest,
  Interval,
  Metric,
  SummarySchema,
  WeatherService,
} from "@throng/gen/throng/weather/v1/weather_pb";
import { searched } from "./likeness";
import { type Community, fail, pageOf } from "./store";
import { ranked } from "./users";

/** What was measured at one time, in hundredths of its unit. */
export type Measured = Partial<Pick<Observation, "temperature" | "humidity" | "windSpeed">> & {
  atMs: number;
};

/** A place and what was observed there, by its time. */
export interface Observatory {
  location: Location;
  observations: Map<number, Measured>;
}

const nameKey = (name: string) => name.trim().replaceAll(/\s+/g, " ").toLowerCase();

/** Stores observations of a place, which is created where it is not known. */
export function observe(community: Community, name: string, ...measured: Measured[]): Observatory {
  const key = nameKey(name);
  const known = [...community.places.values()].find(({ location }) => nameKey(location.name) === key);
  const place = known ?? {
    location: create(LocationSchema, { id: community.nextId(), name: name.trim() }),
    observations: new Map(),
  };
  community.places.set(place.location.id, place);
  for (const each of measured) {
    place.observations.set(each.atMs, each);
  }
  return place;
}

function placeOf(community: Community, locationId: string): Observatory {
  return community.places.get(locationId) ?? fail(Code.NotFound, "location_not_found", "no such place");
}

const fieldOf: Record<Metric, "temperature" | "humidity" | "windSpeed"> = {
  [Metric.UNSPECIFIED]: "temperature",
  [Metric.TEMPERATURE]: "temperature",
  [Metric.HUMIDITY]: "humidity",
  [Metric.WIND_SPEED]: "windSpeed",
};

/** The values of a measure, oldest first. */
function valuesOf({ observations }: Observatory, metric: Metric) {
  return [...observations.values()]
    .sort((a, b) => a.atMs - b.atMs)
    .flatMap((each) => {
      const value = each[fieldOf[metric]];
      return value === undefined ? [] : [{ atMs: each.atMs, value }];
    });
}

function summed(values: { value: number }[]) {
  const numbers = values.map(({ value }) => value);
  const sum = numbers.reduce((total, each) => total + each, 0);
  return create(SummarySchema, {
    count: BigInt(numbers.length),
    sum: BigInt(sum),
    ...(numbers.length > 0 && {
      mean: (sum / (100 * numbers.length)).toFixed(4),
      min: Math.min(...numbers),
      max: Math.max(...numbers),
    }),
  });
}

function rangeOf({ from, to }: Pick<GetAverageRequest, "from" | "to">) {
  const first = from ? timestampMs(from) : Number.NEGATIVE_INFINITY;
  const end = to ? timestampMs(to) : Number.POSITIVE_INFINITY;
  if (end < first) {
    fail(Code.InvalidArgument, "range_reversed", "the range ends before it begins");
  }
  if (end === first) {
    fail(Code.InvalidArgument, "range_empty", "the range is empty");
  }
  return { first, end };
}

/** The beginning of the hour, day or month of a moment. */
function startOf(interval: Interval, ms: number): number {
  const iso = new Date(ms).toISOString();
  const kept = { [Interval.HOUR]: 13, [Interval.DAY]: 10, [Interval.MONTH]: 7 }[interval as number] ?? 7;
  return Date.parse(`${iso.slice(0, kept)}${"-01T00:00:00Z".slice({ 13: 6, 10: 3, 7: 0 }[kept])}`);
}

function series(place: Observatory, { metric, interval, ...range }: GetSeriesRequest) {
  const { first, end } = rangeOf(range);
  if (end - first > 2000 * { [Interval.HOUR]: 3.6e6, [Interval.DAY]: 8.64e7 }[interval as 1 | 2]) {
    fail(Code.InvalidArgument, "range_too_long", "the range is too long");
  }
  const [begins, ends] = [startOf(interval, first), startOf(interval, end - 1)];
  const parts = new Map<number, { value: number }[]>();
  for (const each of valuesOf(place, metric)) {
    const start = startOf(interval, each.atMs);
    if (start >= begins && start <= ends) {
      parts.set(start, [...(parts.get(start) ?? []), each]);
    }
  }
  return {
    points: [...parts].map(([start, values]) => ({ start: timestampFromMs(start), summary: summed(values) })),
  };
}

function climate(place: Observatory, metric: Metric) {
  const values = valuesOf(place, metric);
  const months = Array.from({ length: 12 }, (_, index) => ({
    month: index + 1,
    summary: summed(values.filter(({ atMs }) => new Date(atMs).getUTCMonth() === index)),
  }));
  return { months: months.filter(({ summary }) => summary.count > 0n) };
}

export function weather(community: Community) {
  const must = ranked(community, Role.ADMIN);
  const all = () => community.places.values();
  return ({ service }: ConnectRouter) =>
    service(WeatherService, {
      searchLocations(request) {
        const found = searched(all(), request.query, ({ location }) => location.name);
        const locations = found.map(({ location }) => location);
        const { part, nextPageToken } = pageOf(locations, ({ id }) => id, request);
        return { locations: part, nextPageToken };
      },
      getLocation({ key }) {
        const named = [...all()].find(({ location }) => nameKey(location.name) === nameKey(key.value ?? ""));
        const place = key.case === "name" && named ? named : placeOf(community, key.value ?? "");
        const times = [...place.observations.keys()];
        return {
          location: place.location,
          observations: BigInt(times.length),
          ...(times.length > 0 && {
            firstAt: timestampFromMs(Math.min(...times)),
            lastAt: timestampFromMs(Math.max(...times)),
          }),
        };
      },
      getAverage({ locationId, metric, ...range }) {
        const { first, end } = rangeOf(range);
        const values = valuesOf(placeOf(community, locationId), metric);
        return { summary: summed(values.filter(({ atMs }) => atMs >= first && atMs < end)) };
      },
      getSeries: (request) => series(placeOf(community, request.locationId), request),
      getClimate: ({ locationId, metric }) => climate(placeOf(community, locationId), metric),
      async recordObservations(requests, context) {
        must(context);
        let count = 0n;
        for await (const { observations } of requests) {
          for (const { location, atMs, temperature, humidity, windSpeed } of observations) {
            observe(community, location, {
              atMs: Number(atMs),
              ...(temperature !== undefined && { temperature }),
              ...(humidity !== undefined && { humidity }),
              ...(windSpeed !== undefined && { windSpeed }),
            });
            count++;
          }
        }
        return { observations: count, created: count };
      },
    });
}
