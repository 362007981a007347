const million = 1_000_000n;
const point = new Intl.NumberFormat().formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";

/** A number in millionths, exactly, as people write it; rounded to so many digits behind the point at most. */
export function sayMicros(micros: bigint, digits = 2): string {
  const unit = 10n ** BigInt(6 - digits);
  const size = micros < 0n ? -micros : micros;
  const rounded = ((size + unit / 2n) / unit) * unit;
  const fraction = (rounded % million).toString().padStart(6, "0").replace(/0+$/, "");
  const whole = `${micros < 0n ? "-" : ""}${(rounded / million).toLocaleString()}`;
  return fraction ? whole + point + fraction : whole;
}
