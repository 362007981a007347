import { Code, ConnectError } from "@connectrpc/connect";

/** Makes a server that cannot be reached look like one that is not available. */
export function reachable(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (err) {
      // Browsers throw a TypeError when the connection fails.
      if (err instanceof TypeError && !init?.signal?.aborted) {
        throw new ConnectError("the server cannot be reached", Code.Unavailable, undefined, undefined, err);
      }
      throw err;
    }
  };
}
