import { observe } from "./community";
import { village } from "./people";

const day = 24 * 3_600_000;
const begin = Date.UTC(2017, 0, 1, 9);

/** The village, and Sydney, where at nine in the morning of ten days it was 20.00 to 29.00 °C. */
export function station() {
  const people = village();
  const sydney = observe(
    people.community,
    "Sydney",
    ...Array.from({ length: 10 }, (_, n) => ({
      atMs: begin + n * day,
      temperature: 2000 + n * 100,
      humidity: 5000 + n * 10,
    })),
  );
  return {
    ...people,
    sydney,
    path: `/weather?place=${sydney.location.id}`,
    observes: (name: string, ...measured: Parameters<typeof observe>[2][]) =>
      observe(people.community, name, ...measured),
  };
}
