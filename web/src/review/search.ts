/** Which reviews of a product are shown; it stands in the address of the page. */
export interface ReviewSearch {
  /** The most relevant first where it is left out. */
  sort?: "newest" | "helpful";
  /** The stars as digits, 45 for four and five; all where they are left out. */
  stars?: number;
  /** Words that they have. */
  q?: string;
}

/** The stars of an address, whatever somebody has written into it. */
export function starsFrom(written: unknown): Pick<ReviewSearch, "stars"> {
  const digits = new Set(String(written ?? "").match(/[1-5]/g));
  // All of them are no choice.
  return digits.size === 0 || digits.size === 5 ? {} : { stars: Number([...digits].sort().join("")) };
}

/** The chosen stars, one by one. */
export function starsIn({ stars }: ReviewSearch): number[] {
  return stars === undefined ? [] : [...String(stars)].map(Number);
}

/** The same reviews with those of so many stars chosen too, or no longer. */
export function toggled(search: ReviewSearch, star: number): ReviewSearch {
  const chosen = starsIn(search);
  const { stars: _, ...rest } = search;
  const next = chosen.includes(star) ? chosen.filter((each) => each !== star) : [...chosen, star];
  return { ...rest, ...starsFrom(next.join("")) };
}
