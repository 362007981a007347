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
 * A token that demands what either of two does. A token is base64url of a byte
 * that tells its form, then a place in a log and, in the second form, a time:
 * eight bytes each, big-endian. One of another form cannot be compared, and the
 * later one wins.
 */
function newer(held: string | undefined, arrived: string | undefined): string | undefined {
  const a = held && decode(held);
  const b = arrived && decode(arrived);
  if (!a || !b) {
    return arrived ?? held;
  }
  const both = { log: greater(a.log, b.log), clock: greater(a.clock, b.clock) };
  return both.log === a.log && both.clock === a.clock ? held : encode(both);
}

interface Position {
  log: bigint;
  clock: bigint;
}

const formOfLog = 1;
const formOfBoth = 2;

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function decode(token: string): Position | undefined {
  try {
    const text = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const view = new DataView(Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer);
    const form = view.getUint8(0);
    if (form === formOfLog && view.byteLength === 9) {
      return { log: view.getBigUint64(1), clock: 0n };
    }
    return form === formOfBoth && view.byteLength === 17
      ? { log: view.getBigUint64(1), clock: view.getBigUint64(9) }
      : undefined;
  } catch {
    return undefined;
  }
}

function encode(position: Position): string {
  const view = new DataView(new ArrayBuffer(position.clock > 0n ? 17 : 9));
  view.setUint8(0, position.clock > 0n ? formOfBoth : formOfLog);
  view.setBigUint64(1, position.log);
  if (position.clock > 0n) {
    view.setBigUint64(9, position.clock);
  }
  const text = String.fromCharCode(...new Uint8Array(view.buffer));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
