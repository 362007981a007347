import { ConnectError, type Interceptor } from "@connectrpc/connect";
import type { TokenStorage } from "./storage";

/** The header in which positions travel, both ways. */
export const consistencyHeader = "throng-consistency-token";

const storageKey = "throng.consistency";

/**
 * ConsistencyToken holds the newest position that any answer has carried. Sent
 * with every call, it keeps reads from being older than what was seen or
 * written before.
 */
export class ConsistencyToken {
  #held: string | undefined;
  #storage: TokenStorage | undefined;

  get current(): string | undefined {
    return newer(this.#held, this.#storage?.getItem(storageKey) ?? undefined);
  }

  /** Takes note of a token; an older one than the held changes nothing. */
  observe(token: string | null): void {
    const held = this.current;
    const newest = newer(held, token ?? undefined);
    if (newest !== undefined && newest !== held) {
      this.#held = newest;
      this.#storage?.setItem(storageKey, newest);
    }
  }

  /** Shares the token with other tabs and reloads from now on. */
  keepIn(storage: TokenStorage): void {
    this.#storage = storage;
    this.#held = this.current;
    if (this.#held) {
      storage.setItem(storageKey, this.#held);
    }
  }

  /** Stops to share it; this tab goes on from where it is. */
  withdraw(): void {
    this.#held = this.current;
    this.#storage?.removeItem(storageKey);
    this.#storage = undefined;
  }
}

/** Sends the held token and keeps what answers, refusals among them, carry. */
export function withConsistency(token: ConsistencyToken): Interceptor {
  return (next) => async (req) => {
    const held = token.current;
    if (held) {
      req.header.set(consistencyHeader, held);
    }
    try {
      const res = await next(req);
      token.observe(res.header.get(consistencyHeader));
      return res;
    } catch (err) {
      token.observe(ConnectError.from(err).metadata.get(consistencyHeader));
      throw err;
    }
  };
}

/**
 * The one of two tokens that demands more. A token is base64url of a version
 * byte and a position of eight bytes, big-endian; one of another shape or
 * version cannot be compared, and the later one wins.
 */
function newer(held: string | undefined, arrived: string | undefined): string | undefined {
  const a = held && decode(held);
  const b = arrived && decode(arrived);
  if (!a || !b || a.version !== b.version) {
    return arrived ?? held;
  }
  return b.position > a.position ? arrived : held;
}

function decode(token: string): { version: number; position: bigint } | undefined {
  try {
    const text = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const view = new DataView(Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer);
    return { version: view.getUint8(0), position: view.getBigUint64(1) };
  } catch {
    return undefined;
  }
}
