import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamResponse,
  type UnaryResponse,
} from "@connectrpc/connect";
import {
  type LoginResponse,
  type RegisterResponse,
  UserService,
} from "../../../gen/ts/throng/user/v1/user_pb";
import type { Session } from "./session";

const { register, login, refresh, logout, deleteAccount } = UserService.method;

/**
 * Sends the access token along and keeps the session in step: signing in and
 * out happen through the ordinary methods of UserService. A call that is
 * refused as unauthenticated is tried once more with a fresh token; nothing was
 * done the first time, so this holds for writes too.
 */
export function withSession(session: Session): Interceptor {
  return (next) => async (req) => {
    if (isCredential(req.method)) {
      return watch(session, undefined, await next(req));
    }
    const token = await authorize(session, req.header);
    try {
      return watch(session, token, await next(req));
    } catch (err) {
      if (!token || !isUnauthenticated(err)) {
        throw err;
      }
      session.reject(token);
      if (req.stream) {
        throw err;
      }
      const again = await authorize(session, req.header);
      return watch(session, again, await next(req));
    }
  };
}

function isCredential(method: object): boolean {
  return method === register || method === login || method === refresh || method === logout;
}

/** Writes the header for whoever is signed in now. */
async function authorize(session: Session, header: Headers): Promise<string | undefined> {
  const token = await session.accessToken();
  if (token) {
    header.set("authorization", `Bearer ${token}`);
  } else {
    header.delete("authorization");
  }
  return token;
}

/** Keeps the session in step with an answer; streams are refused late, with their first message. */
function watch<R extends UnaryResponse | StreamResponse>(
  session: Session,
  token: string | undefined,
  res: R,
): R {
  if (!res.stream) {
    settle(session, res);
    return res;
  }
  return token ? { ...res, message: refusable(res.message, () => session.reject(token)) } : res;
}

/** Adopts what signed in, and forgets what signed out. */
function settle(session: Session, res: UnaryResponse): void {
  if (res.method === register || res.method === login) {
    const { user, tokens } = res.message as RegisterResponse | LoginResponse;
    if (user && tokens) {
      session.adopt(user.id, tokens, serverTime(res.header));
    }
  } else if (res.method === logout || res.method === deleteAccount) {
    session.end();
  }
}

/** The server's clock at its answer, where the browser lets it be seen. */
export function serverTime(header: Headers): number | undefined {
  const date = Date.parse(header.get("date") ?? "");
  return Number.isNaN(date) ? undefined : date;
}

async function* refusable<T>(messages: AsyncIterable<T>, refused: () => void): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (err) {
    if (isUnauthenticated(err)) {
      refused();
    }
    throw err;
  }
}

function isUnauthenticated(err: unknown): boolean {
  return ConnectError.from(err).code === Code.Unauthenticated;
}
