import { useState } from "react";

/** Words that outlive leaving the page by mistake, kept under a name. */
export function useDraft(key: string) {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  return [
    text,
    (next: string) => {
      setText(next);
      if (next) {
        sessionStorage.setItem(key, next);
      } else {
        sessionStorage.removeItem(key);
      }
    },
  ] as const;
}
