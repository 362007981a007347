import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Tokens } from "../../../gen/ts/throng/user/v1/user_pb";
import type { TokenStorage } from "./storage";

const storageKey = "throng.session";
// A token is renewed this long before it ends, so that it lasts for the call.
const renewAheadMs = 30_000;
const lockWaitMs = 20_000;

/** Who is signed in. */
export interface SignedIn {
  readonly userId: string;
}

/** What the session needs of the world. */
export interface SessionDeps {
  storage: TokenStorage;
  /** Trades a refresh token; `serverTime` is the server's clock, if known. */
  refresh(refreshToken: string): Promise<{ tokens: Tokens; serverTime?: number }>;
  /** The browser's lock manager, or a stand-in; without one, tabs are not kept apart. */
  locks?: Pick<LockManager, "request">;
}

interface Access {
  token: string;
  endsAt: number;
}

interface Stored extends SignedIn {
  refreshToken: string;
  access?: Access;
}

/**
 * Session holds what a sign-in gave in the storage, where all tabs find it, and
 * the access token in memory as well. A refresh token that is used twice ends the
 * session, so one trade at a time is made, over all tabs, and none as long as the
 * stored access token lasts: a page that is left in the midst of a trade would
 * lose the session.
 */
export class Session {
  readonly #deps: SessionDeps;
  readonly #listeners = new Set<() => void>();
  #access: Access | undefined;
  #rejected: string | undefined;
  #renewal: Promise<string | undefined> | undefined;
  #current: SignedIn | null;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#current = this.#stored();
    globalThis.addEventListener?.("storage", (event) => {
      if (event.key === storageKey || event.key === null) {
        this.#follow();
      }
    });
  }

  /** Who is signed in; the same object for as long as it is the same account. */
  get current(): SignedIn | null {
    return this.#current;
  }

  /** Calls `listener` when somebody signs in or out, in any tab. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The refresh token as it stands in the storage. */
  get refreshToken(): string | undefined {
    return this.#stored()?.refreshToken;
  }

  /** Takes over what Login, Register or Refresh answered. */
  adopt(userId: string, tokens: Tokens, serverTime = Date.now()): void {
    const endsAt = tokens.accessExpiresAt ? timestampMs(tokens.accessExpiresAt) : 0;
    // Reckoned by the client's own clock, however wrong that goes.
    this.#access = { token: tokens.accessToken, endsAt: Date.now() + endsAt - serverTime };
    const stored: Stored = { userId, refreshToken: tokens.refreshToken, access: this.#access };
    this.#deps.storage.setItem(storageKey, JSON.stringify(stored));
    this.#become(stored);
  }

  /** Forgets the sign-in in this and all other tabs. */
  end(): void {
    this.#access = undefined;
    this.#deps.storage.removeItem(storageKey);
    this.#become(null);
  }

  /** The server did not take this access token: the next call gets another. */
  reject(accessToken: string): void {
    this.#rejected = accessToken;
    if (this.#access?.token === accessToken) {
      this.#access = undefined;
    }
  }

  /** A valid access token, renewed if need be; undefined when nobody is signed in. */
  async accessToken(): Promise<string | undefined> {
    this.#access = [this.#access, this.#stored()?.access].find((access) => this.#lasts(access));
    if (this.#access) {
      return this.#access.token;
    }
    this.#renewal ??= this.#exclusively(() => this.#renew()).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  #lasts(access: Access | undefined): boolean {
    return !!access && access.token !== this.#rejected && access.endsAt - renewAheadMs > Date.now();
  }

  async #renew(): Promise<string | undefined> {
    // Another tab may have renewed or ended the session while this one waited.
    const before = this.#stored();
    if (!before) {
      this.#follow();
      return undefined;
    }
    try {
      const { tokens, serverTime } = await this.#deps.refresh(before.refreshToken);
      this.adopt(before.userId, tokens, serverTime);
      return tokens.accessToken;
    } catch (err) {
      if (ConnectError.from(err).code !== Code.Unauthenticated) {
        throw err;
      }
      if (this.#stored()?.refreshToken === before.refreshToken) {
        this.end();
      }
      return undefined;
    }
  }

  #exclusively<T>(renew: () => Promise<T>): Promise<T> {
    const { locks } = this.#deps;
    if (!locks) {
      return renew();
    }
    return locks
      .request("throng.refresh", { signal: AbortSignal.timeout(lockWaitMs) }, renew)
      .catch((err) => {
        if (err instanceof ConnectError) {
          throw err;
        }
        throw new ConnectError("another tab is still renewing the session", Code.Unavailable);
      });
  }

  #stored(): Stored | null {
    try {
      const stored = JSON.parse(this.#deps.storage.getItem(storageKey) ?? "null");
      return stored?.userId && stored.refreshToken ? stored : null;
    } catch {
      return null;
    }
  }

  /** Goes along with what another tab wrote. */
  #follow(): void {
    const stored = this.#stored();
    if (stored?.userId !== this.#current?.userId) {
      this.#access = undefined;
      this.#become(stored);
    }
  }

  #become(next: SignedIn | null): void {
    if (next?.userId === this.#current?.userId) {
      return;
    }
    this.#current = next && { userId: next.userId };
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
