const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export interface Remaining {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

/** What is left, by the parts of a clock; a second that has begun counts whole. */
export function remaining(ms: number): Remaining {
  const left = Math.max(0, Math.ceil(ms / second) * second);
  return {
    days: Math.floor(left / day),
    hours: Math.floor((left % day) / hour),
    minutes: Math.floor((left % hour) / minute),
    seconds: (left % minute) / second,
  };
}

// Below an hour, what is left is told at these minutes only.
const told = [1, 2, 5, 10, 15, 30, 45];

/**
 * What is left as somebody would call it out: by the day, by the hour, and now and
 * then in the last one. It changes rarely enough to be read out.
 */
export function callOut(ms: number): string {
  if (ms <= 0) {
    return "now";
  }
  if (ms >= 2 * day) {
    return `in ${Math.floor(ms / day)} days`;
  }
  if (ms >= hour) {
    const hours = Math.floor(ms / hour);
    return `in ${hours} ${hours === 1 ? "hour" : "hours"}`;
  }
  const minutes = told.find((each) => ms <= each * minute);
  return minutes === 1 ? "within a minute" : minutes ? `within ${minutes} minutes` : "within an hour";
}
