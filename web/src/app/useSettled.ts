import { useEffect, useState } from "react";

const pauseMs = 250;

/** Words as they were when the typing last paused. */
export function useSettled(words: string): string {
  const next = words.trim();
  const [settled, setSettled] = useState(next);
  useEffect(() => {
    if (next === settled) {
      return;
    }
    const timer = setTimeout(() => setSettled(next), pauseMs);
    return () => clearTimeout(timer);
  }, [next, settled]);
  return settled;
}
