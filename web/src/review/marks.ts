import { useSyncExternalStore } from "react";

// The contract does not tell which reviews have helped somebody, and saying it again
// changes nothing. So that nobody is asked again, the device remembers what was said
// on it, account by account.

const most = 500;
const listeners = new Set<() => void>();
const keyOf = (userId: string) => `throng.helpful.${userId}`;

/** Whether somebody has said on this device that a review helped. */
export function useMarked(userId: string | undefined, reviewId: string): boolean {
  return useSyncExternalStore(
    subscribe,
    () => userId !== undefined && read(userId).split(" ").includes(reviewId),
  );
}

/** Remembers it, or forgets it again. */
export function setMarked(userId: string, reviewId: string, marked: boolean): void {
  const others = read(userId)
    .split(" ")
    .filter((id) => id !== "" && id !== reviewId);
  write(userId, (marked ? [...others, reviewId] : others).slice(-most).join(" "));
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function read(userId: string): string {
  try {
    return localStorage.getItem(keyOf(userId)) ?? "";
  } catch {
    return "";
  }
}

function write(userId: string, ids: string): void {
  try {
    localStorage.setItem(keyOf(userId), ids);
  } catch {
    // Barred storage: it may be said again, which changes nothing.
  }
}
