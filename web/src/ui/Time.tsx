import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { useSyncExternalStore } from "react";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const tickMs = minute / 4;

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const sameYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** How long ago, as short as people say it. */
export function timeAgo(then: Date, now: Date): string {
  const ms = now.getTime() - then.getTime();
  if (ms < minute) {
    return "now";
  }
  if (ms < hour) {
    return `${Math.floor(ms / minute)} min`;
  }
  if (ms < day) {
    return `${Math.floor(ms / hour)} h`;
  }
  if (ms < 7 * day) {
    return `${Math.floor(ms / day)} d`;
  }
  return (then.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(then);
}

/** A moment, relative and kept up to date, with the full date as its title. */
export function Time(props: { at: Timestamp | undefined; className?: string }) {
  useSyncExternalStore(ticking, () => Math.floor(Date.now() / tickMs));
  if (!props.at) {
    return null;
  }
  const date = timestampDate(props.at);
  return (
    <time className={props.className} dateTime={date.toISOString()} title={full.format(date)}>
      {timeAgo(date, new Date())}
    </time>
  );
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all times on the page. */
function ticking(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) {
      each();
    }
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
