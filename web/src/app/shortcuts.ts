import type { AnyRouter } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";

const key = "throng.shortcuts";
const listeners = new Set<() => void>();
let on = read();

/** Whether single keys do things; some people's software types them by itself. */
export function useShortcutsOn(): [boolean, (on: boolean) => void] {
  return [useSyncExternalStore(subscribe, () => on), set];
}

/** What the keys do, as the help lists it. */
export const shortcuts = [
  ["j", "Next post"],
  ["k", "Previous post"],
  ["Enter", "Open the post"],
  ["l", "Like the post"],
  [".", "Show new posts"],
  ["n", "New post"],
  ["/", "Search people"],
  ["?", "This list"],
] as const;

interface Commands {
  router: AnyRouter;
  compose(): void;
  help(): void;
}

/** Listens for the single keys, except where somebody is typing. */
export function useShortcuts({ router, compose, help }: Commands): void {
  const [enabled] = useShortcutsOn();
  useEffect(() => {
    if (!enabled) {
      return;
    }
    const commands: Record<string, () => void> = {
      j: () => step(1),
      k: () => step(-1),
      l: () => focusedPost()?.querySelector<HTMLElement>("[data-action=like]")?.click(),
      ".": () => document.querySelector<HTMLElement>("[data-action=news]")?.click(),
      n: compose,
      "/": () => void search(router),
      "?": help,
    };
    const listen = (event: KeyboardEvent) => {
      const command = commands[event.key];
      if (command && !isTyping(event)) {
        event.preventDefault();
        command();
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [enabled, router, compose, help]);
}

function isTyping(event: KeyboardEvent): boolean {
  const field = (event.target as Element).closest("input, textarea, select, [contenteditable], [role=menu]");
  return (
    event.ctrlKey || event.metaKey || event.altKey || Boolean(field ?? document.querySelector("dialog[open]"))
  );
}

function focusedPost(): Element | null {
  return document.activeElement?.closest("[data-post]") ?? null;
}

/** Moves the focus to the next post, from the one in hand or from the top of the view. */
function step(by: 1 | -1): void {
  const posts = [...document.querySelectorAll<HTMLElement>("[data-post]")];
  const at = posts.indexOf(focusedPost() as HTMLElement);
  const inView = posts.findIndex((post) => post.getBoundingClientRect().bottom > 80);
  const next = posts[at < 0 ? Math.max(inView, 0) : at + by];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

async function search(router: AnyRouter): Promise<void> {
  await router.navigate({ to: "/people" });
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-search]")?.focus());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function read(): boolean {
  try {
    return localStorage.getItem(key) !== "off";
  } catch {
    return true;
  }
}

function set(next: boolean): void {
  on = next;
  try {
    localStorage.setItem(key, next ? "on" : "off");
  } catch {
    // Barred storage: the choice holds until the page is left.
  }
  for (const listener of listeners) {
    listener();
  }
}
