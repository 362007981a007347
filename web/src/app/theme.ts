import { useSyncExternalStore } from "react";

/** The system's look, or one of the two for good. */
export type Theme = "system" | "light" | "dark";

const key = "throng.theme";
const listeners = new Set<() => void>();

/** The chosen theme, and a way to choose another; `public/theme.js` puts it on at the start. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, current), choose];
}

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

function choose(theme: Theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  keep(theme);
  for (const listener of listeners) {
    listener();
  }
}

function keep(theme: Theme) {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Barred storage: the choice holds until the page is left.
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
