import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { skipToken } from "@tanstack/react-query";
import { WeatherService } from "@throng/gen/throng/weather/v1/weather_pb";
import { intervals, type Measure, measures } from "./measures";
import type { Range } from "./period";
import { dayMs, placeKey, type Step, type WeatherSearch } from "./search";

const day = 24 * 3_600_000;
// A late observation is rare, and no hurry.
const staleTime = 5 * 60_000;

/** A place by its id or its name, and what was observed there; nothing is asked without either. */
export function useLocation(place: string | undefined) {
  return useQuery(WeatherService.method.getLocation, place ? { key: placeKey(place) } : skipToken, {
    staleTime,
  });
}

/** All values of a measure in a period; an end that is left out is that of the observations. */
export function useAverage(locationId: string, measure: Measure, { from, to }: WeatherSearch) {
  const first = from === undefined ? undefined : dayMs(from);
  const last = to === undefined ? undefined : dayMs(to);
  return useQuery(
    WeatherService.method.getAverage,
    {
      locationId,
      metric: measures[measure].metric,
      ...(first !== undefined && { from: timestampFromMs(first) }),
      ...(last !== undefined && { to: timestampFromMs(last + day) }),
    },
    { staleTime },
  );
}

/** A measure hour by hour, day by day or month by month. */
export function useSeries(locationId: string, measure: Measure, step: Step, range: Range) {
  return useQuery(
    WeatherService.method.getSeries,
    {
      locationId,
      metric: measures[measure].metric,
      interval: intervals[step].interval,
      from: timestampFromMs(range.from),
      to: timestampFromMs(range.to),
    },
    { staleTime },
  );
}

/** The weather to expect at a place, month by month; nothing is asked without one. */
export function useClimate(locationId: string | undefined, measure: Measure) {
  return useQuery(
    WeatherService.method.getClimate,
    locationId ? { locationId, metric: measures[measure].metric } : skipToken,
    { staleTime: 60 * 60_000 },
  );
}
