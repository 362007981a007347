import { useEffect, useState } from "react";

// People look at another tab for a moment and come back.
const graceMs = 60_000;

/** Whether the page is in sight, or was a moment ago. */
export function useInSight(): boolean {
  const [inSight, setInSight] = useState(() => document.visibilityState !== "hidden");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState !== "hidden") {
        setInSight(true);
      } else {
        timer = setTimeout(() => setInSight(false), graceMs);
      }
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return inSight;
}
