import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import { GraphService } from "../../../gen/ts/throng/graph/v1/graph_pb";
import { GetPostResponseSchema, PostService } from "../../../gen/ts/throng/post/v1/post_pb";
import { TimelineService } from "../../../gen/ts/throng/timeline/v1/timeline_pb";
import { UserService } from "../../../gen/ts/throng/user/v1/user_pb";
import { consistencyHeader } from "./consistency";
import { aliceId, position, throngOf, tokens } from "./fakes";
import { memoryStorage } from "./storage";
import { createThrong } from "./throng";

const credentials = { login: "alice", password: "correct horse" };

/** A deployment with one account that refuses all access tokens but the given. */
function deployment(accepted: { token: string }) {
  let n = 1;
  const seen: (string | null)[] = [];
  const throng = throngOf(({ service }) => {
    service(UserService, {
      login: () => ({ user: { id: aliceId }, tokens: tokens(n) }),
      refresh: () => ({ tokens: tokens(++n) }),
      logout: () => ({}),
      getMe(_, { requestHeader }) {
        seen.push(requestHeader.get("authorization"));
        if (requestHeader.get("authorization") !== `Bearer ${accepted.token}`) {
          throw new ConnectError("sign in", Code.Unauthenticated);
        }
        return { user: { id: aliceId } };
      },
    });
  });
  return { throng, seen, users: createClient(UserService, throng.transport) };
}

test("signing in with the ordinary method begins the session", async () => {
  const { throng, users, seen } = deployment({ token: "access-1" });
  await users.login(credentials);
  expect(throng.session.current).toEqual({ userId: aliceId });
  await users.getMe({});
  expect(seen).toEqual(["Bearer access-1"]);
});

test("a refused access token is renewed once and the call repeated", async () => {
  const { users, seen } = deployment({ token: "access-2" });
  await users.login(credentials);
  await users.getMe({});
  expect(seen).toEqual(["Bearer access-1", "Bearer access-2"]);
});

test("a second refusal is final", async () => {
  const { users, seen } = deployment({ token: "none" });
  await users.login(credentials);
  await expect(users.getMe({})).rejects.toThrow("sign in");
  expect(seen).toHaveLength(2);
});

test("logging out forgets the session even if the server is out of reach", async () => {
  const throng = throngOf(({ service }) => {
    service(UserService, { login: () => ({ user: { id: aliceId }, tokens: tokens(1) }) });
  });
  await createClient(UserService, throng.transport).login(credentials);
  await expect(throng.logout()).rejects.toThrow();
  expect(throng.session.current).toBeNull();
});

test("a stream that is refused makes the next call renew", async () => {
  let n = 1;
  const throng = throngOf(({ service }) => {
    service(UserService, {
      login: () => ({ user: { id: aliceId }, tokens: tokens(n) }),
      refresh: () => ({ tokens: tokens(++n) }),
    });
    service(TimelineService, {
      // biome-ignore lint/correctness/useYield: it refuses before its first message
      async *watchHomeTimeline() {
        throw new ConnectError("expired", Code.Unauthenticated);
      },
    });
  });
  await createClient(UserService, throng.transport).login(credentials);
  const stream = createClient(TimelineService, throng.transport).watchHomeTimeline({});
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow("expired");
  expect(await throng.session.accessToken()).toBe("access-2");
});

test("the newest position goes with every later call, also one from an error", async () => {
  const sent: (string | null)[] = [];
  const throng = throngOf(({ service }) => {
    service(GraphService, {
      getCounts(_, { requestHeader, responseHeader }) {
        sent.push(requestHeader.get(consistencyHeader));
        responseHeader.set(consistencyHeader, position(sent.length === 1 ? 20 : 10));
        return {};
      },
      listFollowers() {
        throw new ConnectError("gone", Code.NotFound, { [consistencyHeader]: position(30) });
      },
    });
  });
  const graph = createClient(GraphService, throng.transport);
  await graph.getCounts({});
  await graph.getCounts({});
  await graph.listFollowers({}).catch(() => undefined);
  await graph.getCounts({});
  expect(sent).toEqual([null, position(20), position(30)]);
});

/** Answers GetPost and takes note of how it was asked. */
function web(headers: Record<string, string> = {}) {
  const body = toBinary(GetPostResponseSchema, create(GetPostResponseSchema, { post: { id: aliceId } }));
  const methods: (string | undefined)[] = [];
  const fetch = vi.fn(async (_url: unknown, init?: RequestInit) => {
    methods.push(init?.method);
    return new Response(body as BodyInit, { headers: { "content-type": "application/proto", ...headers } });
  });
  const storage = memoryStorage();
  const throng = createThrong({ baseUrl: "https://throng.test", storage, fetch });
  return { throng, posts: createClient(PostService, throng.transport), methods, fetch };
}

test("public reads go by GET until a position is held", async () => {
  const { posts, methods } = web();
  await posts.getPost({ postId: aliceId });
  await posts.getPost({ postId: aliceId });
  expect(methods).toEqual(["GET", "GET"]);

  const moving = web({ [consistencyHeader]: position(5) });
  await moving.posts.getPost({ postId: aliceId });
  await moving.posts.getPost({ postId: aliceId });
  expect(moving.methods).toEqual(["GET", "POST"]);
});

test("signed in, reads go by POST", async () => {
  const { throng, posts, methods } = web();
  throng.session.adopt(aliceId, tokens(1));
  await posts.getPost({ postId: aliceId });
  expect(methods).toEqual(["POST"]);
});

test("a connection that fails counts as not available", async () => {
  const { posts, fetch } = web();
  fetch.mockRejectedValue(new TypeError("Failed to fetch"));
  const err = await posts.getPost({ postId: aliceId }).catch(ConnectError.from);
  expect((err as ConnectError).code).toBe(Code.Unavailable);
  expect(fetch).toHaveBeenCalledTimes(3);
});

test("addresses of pictures are resolved against the base", () => {
  const { throng } = web();
  expect(throng.resolve("/media/a")).toBe("https://throng.test/media/a");
  expect(throng.resolve("https://pictures.test/a")).toBe("https://pictures.test/a");
});
