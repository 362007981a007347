const browsers: [string, RegExp][] = [
  ["Firefox", /Firefox|FxiOS/],
  ["Edge", /Edg/],
  ["Opera", /OPR/],
  ["Chrome", /Chrom|CriOS/],
  ["Safari", /Safari/],
];
const systems: [string, RegExp][] = [
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/** A user agent as people call it; what is no browser is shown as it names itself. */
export function deviceOf(userAgent: string): string {
  const browser = nameIn(browsers, userAgent);
  if (!browser) {
    return userAgent || "Unknown device";
  }
  const system = nameIn(systems, userAgent);
  return system ? `${browser} on ${system}` : browser;
}

function nameIn(names: [string, RegExp][], userAgent: string): string | undefined {
  return names.find(([, pattern]) => pattern.test(userAgent))?.[0];
}
