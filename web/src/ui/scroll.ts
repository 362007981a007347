const nearScreens = 3;

/** Goes to the top of the page: gliding where that is near and the reader likes it, else at once. */
export function toTop(): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const near = window.scrollY < nearScreens * window.innerHeight;
  window.scrollTo({ top: 0, behavior: near && !still ? "smooth" : "instant" });
}
