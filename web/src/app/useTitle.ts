import { useEffect } from "react";

/** Names the page in the tab, the history and to screen readers. */
export function useTitle(title: string | undefined) {
  useEffect(() => {
    document.title = title ? `${title} · Throng` : "Throng";
  }, [title]);
}
