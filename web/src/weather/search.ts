/** What of the weather is shown; it stands in the address of the page, so that it can be shared. */
export interface WeatherSearch {
  /** The place, by its id or its name. */
  place?: string;
  /** The temperature where it is left out. */
  measure?: "humidity" | "wind";
  /** The first day, as in 2017-06-25; the day of the first observation where it is left out. */
  from?: string;
  /** The last day, which belongs to it; that of the last observation where it is left out. */
  to?: string;
  /** Chosen by the length of the period where it is left out. */
  interval?: Step;
}

/** What a series is cut into. */
export type Step = "hour" | "day" | "month";

/** What an address asks for, whatever somebody has written into it. */
export function weatherFrom(search: Record<string, unknown>): WeatherSearch {
  const { place, measure, from, to, interval } = search;
  return {
    ...(place !== undefined && place !== "" && { place: String(place) }),
    ...((measure === "humidity" || measure === "wind") && { measure }),
    ...dayFrom("from", from),
    ...dayFrom("to", to),
    ...((interval === "hour" || interval === "day" || interval === "month") && { interval }),
  };
}

function dayFrom(name: "from" | "to", written: unknown): WeatherSearch {
  return typeof written === "string" && dayMs(written) !== undefined ? { [name]: written } : {};
}

/** When a day begins, in milliseconds since 1970; nothing for what is no day. */
export function dayMs(day: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // The 31st of a shorter month would be the 1st of the next.
  return !Number.isNaN(ms) && dayOf(ms) === day ? ms : undefined;
}

/** The day of a moment, by UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a place is named by its id. */
export function isPlaceId(place: string): boolean {
  return uuid.test(place);
}

/** How a place is asked for: by its id where it looks like one, else by its name. */
export function placeKey(place: string) {
  return isPlaceId(place)
    ? ({ case: "locationId", value: place.toLowerCase() } as const)
    : ({ case: "name", value: place } as const);
}
