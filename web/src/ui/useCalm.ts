import { useEffect, useRef, useState } from "react";

// How often a screen reader is given a new text.
const calmMs = 15_000;

/** A text that changes at once after a quiet time, and otherwise now and then: it is read out. */
export function useCalm(text: string): string {
  const [told, setTold] = useState("");
  const quietUntil = useRef(0);
  useEffect(() => {
    if (text === told) {
      return;
    }
    const timer = setTimeout(
      () => {
        quietUntil.current = text ? Date.now() + calmMs : 0;
        setTold(text);
      },
      text ? Math.max(0, quietUntil.current - Date.now()) : 0,
    );
    return () => clearTimeout(timer);
  }, [text, told]);
  return told;
}
