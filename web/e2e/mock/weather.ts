import { type Community, observe } from "../../src/testing/community";

const day = 24 * 3_600_000;
const places = [
  ["Old mill", 11, 9],
  ["Sydney", 18, 6],
  ["Reykjavík", 5, 7],
  ["São Paulo", 20, 3],
] as const;

/** Two years of readings at a few places, two of them a day, with a gap, as stations have them. */
export function seedWeather(community: Community): void {
  for (const [index, [name, mean, swing]] of places.entries()) {
    const begin = Date.UTC(2024, 2, 1, 9);
    const readings = Array.from({ length: 2 * 730 }, (_, n) => {
      const atMs = begin + (n * day) / 2;
      const season = Math.cos(((atMs / day - 20) / 365.25) * 2 * Math.PI);
      // The same at every start: no dice.
      const whim = Math.sin(n * 12.9898 + index) * 2.5 + Math.sin(n / 9) * 1.5;
      const temperature = mean - season * swing + whim + (n % 2 ? 4 : -2);
      return {
        atMs,
        temperature: Math.round(temperature * 100),
        humidity: Math.round((68 + season * 9 - whim * 3) * 100),
        ...(n % 5 !== 0 && { windSpeed: Math.round((14 + Math.abs(whim) * 4) * 100) }),
      };
    });
    const gap = [Date.UTC(2025, 4, 20), Date.UTC(2025, 5, 25)] as const;
    observe(community, name, ...readings.filter(({ atMs }) => atMs < gap[0] || atMs > gap[1]));
  }
}
