import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { useSyncExternalStore } from "react";

/** Whether the last call reached a server that could answer. */
let reached = true;
const listeners = new Set<() => void>();

function set(next: boolean) {
  if (reached !== next) {
    reached = next;
    for (const listener of listeners) {
      listener();
    }
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useReached(): boolean {
  return useSyncExternalStore(subscribe, () => reached);
}

/** Takes note of how calls end; errors other than «not available» come from a live server. */
export const noteReach: Interceptor = (next) => async (req) => {
  try {
    const res = await next(req);
    set(true);
    return res;
  } catch (err) {
    const { code } = ConnectError.from(err);
    if (code !== Code.Canceled) {
      set(code !== Code.Unavailable);
    }
    throw err;
  }
};
