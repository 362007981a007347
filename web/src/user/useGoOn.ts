import { useRouter } from "@tanstack/react-router";

/** Goes on to where one was headed, within this app only. */
export function useGoOn(next: string | undefined): () => void {
  const router = useRouter();
  return () => router.history.replace(isLocal(next) ? next : "/");
}

function isLocal(next: string | undefined): next is string {
  return next !== undefined && /^\/(?![/\\])/.test(next);
}
