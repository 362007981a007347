/** A date and a time of day as a `datetime-local` input holds them: "2026-05-03T18:00". */
export type WallTime = string;

const fields = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const times = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const dayMs = 24 * 60 * 60_000;

/** Whether this browser knows a time zone by this name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

/** The time zones to choose among, where the browser lists them. */
export function zones(): string[] {
  const known = Intl.supportedValuesOf?.("timeZone") ?? [];
  return known.includes("UTC") ? known : ["UTC", ...known];
}

/** The zone of the device. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

// To make one takes longer than to ask it a hundred times.
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat("en-CA", { ...fields, ...times, timeZone: zone });
  clocks.set(zone, clock);
  return clock;
}

/** What a clock on a wall in the zone shows, to the second. */
function wallMs(at: Date, zone: string): number {
  const parts = clockOf(zone)
    .formatToParts(at)
    .map(({ type, value }) => [type, Number(value)] as const);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** A moment as it is written into an input, in the zone; with seconds where they are asked for. */
export function toWall(at: Date, zone: string, seconds = false): WallTime {
  return new Date(wallMs(at, zone)).toISOString().slice(0, seconds ? 19 : 16);
}

/**
 * The moment at which a clock in the zone shows this time. Of the two moments of
 * an hour that comes twice it is the first; an hour that is left out is read as if
 * the clock had not been put forward yet.
 */
export function fromWall(text: WallTime, zone: string): Date | undefined {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) {
    return undefined;
  }
  const shown = (at: number) => wallMs(new Date(at), zone);
  const before = wall - (shown(wall - dayMs) - (wall - dayMs));
  const after = wall - (shown(wall + dayMs) - (wall + dayMs));
  return new Date(shown(before) !== wall && shown(after) === wall ? after : before);
}

/** A moment for people, in the zone and with its name; the name of a zone that the browser does not know is UTC. */
export function sayMoment(at: Date, zone: string, style: "full" | "short" = "full"): string {
  const timeZone = isZone(zone) ? zone : "UTC";
  const options: Intl.DateTimeFormatOptions =
    style === "full"
      ? {
          weekday: "short",
          day: "numeric",
          month: "short",
          year: "numeric",
          hour: "2-digit",
          minute: "2-digit",
        }
      : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const text = new Intl.DateTimeFormat(undefined, { ...options, timeZone }).format(at);
  return style === "full" ? `${text} (${timeZone.replaceAll("_", " ")})` : text;
}

/** The same moment by the device's own clock, where that shows another time. */
export function sayOwnMoment(at: Date, zone: string): string {
  const own = ownZone();
  if (!isZone(zone) || toWall(at, zone) === toWall(at, own)) {
    return "";
  }
  return new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: own,
  }).format(at);
}
