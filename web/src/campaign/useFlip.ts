import { useLayoutEffect, useRef } from "react";

const glide = "transform 450ms cubic-bezier(0.2, 0.8, 0.2, 1)";

/**
 * Lets the rows of a list glide to their new places when their order changes: each
 * is drawn where it was and then let go (first, last, invert, play). Rows carry
 * their id in `data-row`. Whoever wants less motion sees them at their places at once.
 */
export function useFlip<T extends HTMLElement>() {
  const list = useRef<T>(null);
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = new Map<string, number>();
    const moved: [row: HTMLElement, by: number][] = [];
    // All places are read before anything is written, so that the page is laid out once.
    for (const row of list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? []) {
      const id = row.dataset.row ?? "";
      const before = places.current.get(id);
      next.set(id, row.offsetTop);
      const by = before === undefined ? 0 : before - row.offsetTop;
      if (by !== 0 && !still) {
        moved.push([row, by + shiftOf(row)]);
      }
    }
    places.current = next;
    for (const [row, by] of moved) {
      row.style.transition = "none";
      row.style.transform = `translateY(${by}px)`;
    }
    if (moved.length > 0) {
      // Drawn there once, so that there is something to glide from.
      void list.current?.offsetHeight;
    }
    for (const [row] of moved) {
      row.style.transition = glide;
      row.style.transform = "";
    }
  });
  return list;
}

/** How far a row that is still gliding is from its place. */
function shiftOf(row: HTMLElement): number {
  const { transform } = getComputedStyle(row);
  return transform && transform !== "none" ? new DOMMatrixReadOnly(transform).m42 : 0;
}
