import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { TimelineItemSchema, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followHome } from "./news";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const item = (id: string) => create(TimelineItemSchema, { post: { id } });

/** Follows a home that is answered as given, until the test ends it. */
function follow(implementation: Partial<ServiceImpl<typeof TimelineService>>) {
  const transport = createRouterTransport(({ service }) => service(TimelineService, implementation));
  const stop = new AbortController();
  const onNews = vi.fn();
  const ended = followHome({ transport, signal: stop.signal, resume: { token: "" }, onNews });
  return {
    onNews,
    seen: () =>
      onNews.mock.calls.map(([items]) => items.map((each: { post: { id: string } }) => each.post.id)),
    async end() {
      stop.abort();
      await vi.advanceTimersByTimeAsync(60_000);
      await ended;
    },
  };
}

test("what the stream brings is told, after a look at what came before it", async () => {
  const home = follow({
    getHomeTimeline: () => ({ items: [item("before")], nextPageToken: "more" }),
    async *watchHomeTimeline() {
      yield { resumeToken: "1" };
      yield { items: [item("news")], resumeToken: "2" };
      await new Promise(() => {});
    },
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(home.seen()).toEqual([["before"], ["news"]]);
  expect(home.onNews.mock.calls[0]?.[1]).toBe(true);
  await home.end();
});

test("a stream that ends is resumed where it was", async () => {
  const tokens: string[] = [];
  const home = follow({
    getHomeTimeline: () => ({}),
    async *watchHomeTimeline({ resumeToken }: { resumeToken: string }) {
      tokens.push(resumeToken);
      yield { resumeToken: `after ${tokens.length}` };
    },
  });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(tokens.slice(0, 2)).toEqual(["", "after 1"]);
  await home.end();
});

test("a line that has gone silent is given up", async () => {
  let begun = 0;
  const home = follow({
    getHomeTimeline: () => ({}),
    async *watchHomeTimeline() {
      begun++;
      yield { resumeToken: "1" };
      await new Promise(() => {});
    },
  });
  await vi.advanceTimersByTimeAsync(44_000);
  expect(begun).toBe(1);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(begun).toBe(2);
  await home.end();
});

test("without a stream the first page is asked for now and then", async () => {
  let asked = 0;
  const home = follow({
    getHomeTimeline: () => ({ items: [item(`${++asked}`)] }),
    // biome-ignore lint/correctness/useYield: it refuses before its first message
    async *watchHomeTimeline() {
      throw new ConnectError("no streams here", Code.Unimplemented);
    },
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(home.seen()).toEqual([["1"]]);
  await vi.advanceTimersByTimeAsync(45_000);
  expect(asked).toBe(3);
  await home.end();
});

test("a server in trouble is asked again later and later", async () => {
  let begun = 0;
  const home = follow({
    // biome-ignore lint/correctness/useYield: it refuses before its first message
    async *watchHomeTimeline() {
      begun++;
      throw new ConnectError("down", Code.Unavailable);
    },
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(begun).toBeGreaterThan(3);
  expect(begun).toBeLessThan(9);
  await home.end();
});
