import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import { aliceId, memoryLocks, tokens } from "./fakes";
import { Session, type SessionDeps } from "./session";
import { memoryStorage } from "./storage";

/** A server that keeps the rule: a refresh token that comes twice ends the session. */
function trade() {
  let n = 1;
  const refresh = vi.fn(async (refreshToken: string) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (refreshToken !== `refresh-token-number-${n}`) {
      throw new ConnectError("the session has ended", Code.Unauthenticated);
    }
    n++;
    return { tokens: tokens(n) };
  });
  return { refresh, storage: memoryStorage(), locks: memoryLocks() };
}

function signedIn(deps: SessionDeps, lifeMs?: number) {
  const session = new Session(deps);
  session.adopt(aliceId, tokens(1, lifeMs));
  return session;
}

test("a token that lives on is used as it is", async () => {
  const deps = trade();
  expect(await signedIn(deps).accessToken()).toBe("access-1");
  expect(deps.refresh).not.toHaveBeenCalled();
});

test("a token is renewed shortly before it ends, once for all who ask", async () => {
  const deps = trade();
  const session = signedIn(deps, 20_000);
  const asked = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()]);
  expect(asked).toEqual(["access-2", "access-2", "access-2"]);
  expect(deps.refresh).toHaveBeenCalledTimes(1);
});

test("tabs renew one after the other, each with the newest refresh token", async () => {
  const deps = trade();
  signedIn(deps);
  const tabs = [new Session(deps), new Session(deps), new Session(deps)];
  for (const tab of tabs) {
    expect(await tab.accessToken()).toBe("access-1");
    tab.reject("access-1");
  }
  const asked = await Promise.all(tabs.map((tab) => tab.accessToken()));
  expect(asked).toEqual(["access-2", "access-3", "access-4"]);
  expect(tabs.every((tab) => tab.current?.userId === aliceId)).toBe(true);
});

test("the life of a token is reckoned by the server's clock", async () => {
  const deps = trade();
  const session = new Session(deps);
  const hourAhead = Date.now() + 3_600_000;
  session.adopt(aliceId, tokens(1, 3_600_000 + 10_000), hourAhead);
  expect(await session.accessToken()).toBe("access-2");
});

test("a session that the server has ended is forgotten and announced", async () => {
  const deps = trade();
  const session = signedIn(deps, 0);
  deps.refresh.mockRejectedValueOnce(new ConnectError("ended", Code.Unauthenticated));
  const announced = vi.fn();
  session.subscribe(announced);
  expect(await session.accessToken()).toBeUndefined();
  expect(session.current).toBeNull();
  expect(announced).toHaveBeenCalledTimes(1);
  expect(new Session(deps).current).toBeNull();
});

test("a server out of reach ends no session", async () => {
  const deps = trade();
  const session = signedIn(deps, 0);
  deps.refresh.mockRejectedValueOnce(new ConnectError("down", Code.Unavailable));
  await expect(session.accessToken()).rejects.toThrow("down");
  expect(await session.accessToken()).toBe("access-2");
});

test("a rejected access token is renewed, a newer one is left alone", async () => {
  const session = signedIn(trade());
  session.reject("access-1");
  expect(await session.accessToken()).toBe("access-2");
  session.reject("access-1");
  expect(await session.accessToken()).toBe("access-2");
});

test("signing out in one tab shows in another at its next call", async () => {
  const deps = trade();
  const [one, other] = [signedIn(deps), new Session(deps)];
  one.end();
  expect(await other.accessToken()).toBeUndefined();
  expect(other.current).toBeNull();
});

test("a damaged entry in the storage counts as signed out", () => {
  const storage = memoryStorage();
  storage.setItem("throng.session", "{");
  expect(new Session({ ...trade(), storage }).current).toBeNull();
});
