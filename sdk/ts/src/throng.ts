import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { type RefreshResponse, UserService } from "../../../gen/ts/throng/user/v1/user_pb";
import { serverTime, withSession } from "./auth";
import { ConsistencyToken, withConsistency } from "./consistency";
import { isPublic, isSideEffectFree } from "./method";
import { reachable } from "./network";
import { withRetries } from "./retry";
import { Session } from "./session";
import { defaultStorage, type TokenStorage } from "./storage";

const callTimeoutMs = 15_000;

/** What createThrong takes; everything but the base URL has a default. */
export interface ThrongOptions {
  /** Where the API is, for example `https://throng.example`. */
  baseUrl: string;
  /** Where the sign-in is kept; by default the browser's local storage. */
  storage?: TokenStorage;
  /** By default the browser's lock manager. */
  locks?: Pick<LockManager, "request">;
  fetch?: typeof globalThis.fetch;
  /** Run before the SDK's own, so once a call however often it is tried. */
  interceptors?: Interceptor[];
  /** Makes the transports, for tests and other protocols. */
  connect?(options: { interceptors: Interceptor[]; useHttpGet: boolean }): Transport;
}

/** Throng is a client of one deployment. */
export interface Throng {
  /** For createClient and for connect-query. */
  transport: Transport;
  session: Session;
  /** Ends the session here and, if it can be reached, on the server. */
  logout(): Promise<void>;
  /** The full address of a picture or an upload. */
  resolve(url: string): string;
}

/** Makes a client. Nothing is sent until the first call. */
export function createThrong(options: ThrongOptions): Throng {
  const storage = options.storage ?? defaultStorage();
  const connect = options.connect ?? overFetch(options);
  const token = new ConsistencyToken();
  const consistency = withConsistency(token);

  const bare = connect({ interceptors: [consistency], useHttpGet: false });
  const session = new Session({
    storage,
    locks: options.locks ?? globalThis.navigator?.locks,
    refresh: (refreshToken) => refresh(bare, refreshToken),
  });
  const share = () => (session.current ? token.keepIn(storage) : token.withdraw());
  session.subscribe(share);
  share();

  const interceptors = [...(options.interceptors ?? []), withRetries(), withSession(session), consistency];
  const post = connect({ interceptors, useHttpGet: false });
  const get = connect({ interceptors, useHttpGet: true });
  return {
    transport: choose(get, post, () => !session.current && !token.current),
    session,
    logout: () => logout(bare, session),
    resolve: (url) => new URL(url, `${options.baseUrl.replace(/\/$/, "")}/`).href,
  };
}

function overFetch(options: ThrongOptions): NonNullable<ThrongOptions["connect"]> {
  return (transport) =>
    createConnectTransport({
      ...transport,
      baseUrl: options.baseUrl,
      useBinaryFormat: true,
      defaultTimeoutMs: callTimeoutMs,
      fetch: reachable(options.fetch ?? ((input, init) => globalThis.fetch(input, init))),
    });
}

/**
 * Reads go by GET, which caches on the way may answer, as long as the answer
 * is anybody's: the method is public, nobody is signed in, and nothing newer
 * than a cached answer was seen.
 */
function choose(get: Transport, post: Transport, anybody: () => boolean): Transport {
  return {
    unary: (method, ...rest) => {
      const cacheable = isSideEffectFree(method) && isPublic(method) && anybody();
      return (cacheable ? get : post).unary(method, ...rest);
    },
    // A stream ends when it is done, not when a call would be late.
    stream: (method, signal, timeoutMs = 0, ...rest) => post.stream(method, signal, timeoutMs, ...rest),
  };
}

async function refresh(transport: Transport, refreshToken: string) {
  let time: number | undefined;
  const { tokens }: RefreshResponse = await createClient(UserService, transport).refresh(
    { refreshToken },
    {
      onHeader: (header) => {
        time = serverTime(header);
      },
    },
  );
  if (!tokens) {
    throw new Error("the server renewed the session without tokens");
  }
  return { tokens, serverTime: time };
}

async function logout(transport: Transport, session: Session): Promise<void> {
  const { refreshToken } = session;
  session.end();
  if (refreshToken) {
    await createClient(UserService, transport).logout({ refreshToken });
  }
}
