import type { CharacteristicMeta, ReviewMeta } from "@throng/gen/throng/review/v1/product_pb";

const oneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A mean as people read it: 4.3. */
export function sayMean(mean: string): string {
  return oneDigit.format(Number(mean));
}

/** A part of a whole in percent; all and none are said only where it is all or none. */
export function percentOf(part: bigint, whole: bigint): number {
  if (part <= 0n || whole <= 0n) {
    return 0;
  }
  if (part >= whole) {
    return 100;
  }
  return Math.min(99, Math.max(1, Math.round(Number((part * 10_000n) / whole) / 100)));
}

/** How many of those who say so recommend the product, in percent; nothing where nobody says so. */
export function recommending({ recommended, notRecommended }: ReviewMeta): number | undefined {
  const all = recommended + notRecommended;
  return all > 0n ? percentOf(recommended, all) : undefined;
}

/** Where a mean of 1 to 5 stands on a line, from 0 to 100. */
export function placeOf(mean: string): number {
  return Math.min(100, Math.max(0, (Number(mean) - 1) * 25));
}

/** What a mean of a characteristic comes to in words: the label that is nearest. */
export function sayScale({ characteristic, mean }: CharacteristicMeta): string {
  const label = characteristic?.labels[Math.round(Number(mean)) - 1];
  return `${sayMean(mean)} of 5${label ? `: ${label}` : ""}`;
}
