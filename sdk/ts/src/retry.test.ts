import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DetailSchema } from "../../../gen/ts/throng/fault/v1/fault_pb";
import { PostService } from "../../../gen/ts/throng/post/v1/post_pb";
import { aliceId, throngOf } from "./fakes";
import { newIdempotencyKey } from "./idempotency";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function failing(code: Code, retryAfterMs?: number) {
  const detail = create(DetailSchema, {
    reason: "overloaded",
    retryAfter: retryAfterMs === undefined ? undefined : durationFromMs(retryAfterMs),
  });
  const err = new ConnectError("busy", code, undefined, [{ desc: DetailSchema, value: detail }]);
  return vi.fn((_req: { idempotencyKey?: string }): never => {
    throw err;
  });
}

function posts(answer: (req: object) => never) {
  const { transport } = throngOf(({ service }) => {
    service(PostService, { getPost: answer, createPost: answer, likePost: answer });
  });
  return createClient(PostService, transport);
}

/** Lets all pauses pass and answers how the call ended. */
async function outcome(call: Promise<unknown>): Promise<ConnectError> {
  const ended = call.then(() => undefined, ConnectError.from);
  await vi.advanceTimersByTimeAsync(30_000);
  return (await ended) as ConnectError;
}

test("a read is tried three times while the server is not available", async () => {
  const answer = failing(Code.Unavailable);
  const err = await outcome(posts(answer).getPost({ postId: aliceId }));
  expect(err.code).toBe(Code.Unavailable);
  expect(answer).toHaveBeenCalledTimes(3);
});

test("a write with an idempotency key is repeated, with the same key", async () => {
  const answer = failing(Code.Unavailable);
  await outcome(posts(answer).createPost({ text: "hi", idempotencyKey: newIdempotencyKey() }));
  expect(answer).toHaveBeenCalledTimes(3);
  const keys = answer.mock.calls.map(([req]) => req.idempotencyKey);
  expect(new Set(keys).size).toBe(1);
});

test("a write without one is not", async () => {
  const answer = failing(Code.Unavailable);
  await outcome(posts(answer).likePost({ postId: aliceId }));
  expect(answer).toHaveBeenCalledTimes(1);
});

test("an overloaded server is asked again no sooner than it said", async () => {
  const answer = failing(Code.ResourceExhausted, 2000);
  const call = posts(answer).getPost({ postId: aliceId });
  const ended = call.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1999);
  expect(answer).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(501);
  expect(answer).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10_000);
  await ended;
});

test("without a hint, or with a long one, an overload is final", async () => {
  for (const hint of [undefined, 60_000]) {
    const answer = failing(Code.ResourceExhausted, hint);
    await outcome(posts(answer).getPost({ postId: aliceId }));
    expect(answer).toHaveBeenCalledTimes(1);
  }
});

test("other errors are final", async () => {
  const answer = failing(Code.NotFound);
  await outcome(posts(answer).getPost({ postId: aliceId }));
  expect(answer).toHaveBeenCalledTimes(1);
});

test("a caller who gives up ends the pause", async () => {
  const answer = failing(Code.Unavailable);
  const caller = new AbortController();
  const ended = outcome(posts(answer).getPost({ postId: aliceId }, { signal: caller.signal }));
  caller.abort();
  expect((await ended).code).toBe(Code.Canceled);
  expect(answer).toHaveBeenCalledTimes(1);
});
