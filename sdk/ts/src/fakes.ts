// What the tests of this package stand on; not part of what is published.
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type ConnectRouter, createRouterTransport } from "@connectrpc/connect";
import { type Tokens, TokensSchema } from "../../../gen/ts/throng/user/v1/user_pb";
import { memoryStorage } from "./storage";
import { createThrong, type ThrongOptions } from "./throng";

export const aliceId = "01890a5d-ac96-774b-bcce-b302099a8057";

/** A client of services that are answered in this process. */
export function throngOf(routes: (router: ConnectRouter) => void, options: Partial<ThrongOptions> = {}) {
  return createThrong({
    baseUrl: "https://throng.test",
    storage: memoryStorage(),
    connect: ({ interceptors }) => createRouterTransport(routes, { transport: { interceptors } }),
    ...options,
  });
}

/** The n-th pair of a session, whose access token lives that long. */
export function tokens(n: number, lifeMs = 15 * 60_000): Tokens {
  return create(TokensSchema, {
    accessToken: `access-${n}`,
    refreshToken: `refresh-token-number-${n}`,
    accessExpiresAt: timestampFromMs(Date.now() + lifeMs),
  });
}

/** A lock manager of one process: one holder a name at a time. */
export function memoryLocks(): Pick<LockManager, "request"> {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, _options: LockOptions, hold: () => Promise<unknown>) => {
    const held = last.then(hold);
    last = held.catch(() => undefined);
    return held;
  };
  return { request: request as LockManager["request"] };
}

/** A consistency token for a position. */
export function position(at: number, version = 1): string {
  const bytes = new Uint8Array(9);
  bytes[0] = version;
  new DataView(bytes.buffer).setBigUint64(1, BigInt(at));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
