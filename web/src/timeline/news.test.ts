import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { TimelineItemSchema, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followHome } from "./news";
import { type Arrival, idOf } from "./order";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const item = (id: string) => create(TimelineItemSchema, { post: { id } });

/** Follows a home that is answered as given, until the test ends it. */
function follow(implementation: Partial<ServiceImpl<typeof TimelineService>>) {
  const transport = createRouterTransport(({ service }) => service(TimelineService, implementation));
  const stop = new AbortController();
  const arrivals: Arrival[] = [];
  const onNews = (arrival: Arrival) => void arrivals.push(arrival);
  const resume = { token: "" };
  const ended = followHome({ transport, signal: stop.signal, resume, onNews });
  return {
    arrivals,
    resume,
    seen: () => arrivals.map(({ items }) => items.map(idOf)),
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
  expect(home.arrivals.map(({ more }) => more)).toEqual([true, false]);
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

test("a server that is away for long is asked to go on where it was", async () => {
  const tokens: string[] = [];
  const home = follow({
    getHomeTimeline: () => ({}),
    async *watchHomeTimeline({ resumeToken }: { resumeToken: string }) {
      tokens.push(resumeToken);
      if (tokens.length > 1) {
        throw new ConnectError("away", Code.Unavailable);
      }
      yield { resumeToken: "here" };
    },
  });
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(tokens.length).toBeGreaterThan(10);
  expect(new Set(tokens.slice(1))).toEqual(new Set(["here"]));
  await home.end();
});

test("a token that the server refuses is dropped, and what was missed is looked up", async () => {
  const tokens: string[] = [];
  let looks = 0;
  const home = follow({
    getHomeTimeline: () => ({ items: [item(`look ${++looks}`)] }),
    async *watchHomeTimeline({ resumeToken }: { resumeToken: string }) {
      tokens.push(resumeToken);
      if (resumeToken) {
        throw new ConnectError("not a token of this stream", Code.InvalidArgument);
      }
      yield { resumeToken: "unknown later" };
    },
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tokens.slice(0, 3)).toEqual(["", "unknown later", ""]);
  expect(home.seen().slice(0, 2)).toEqual([["look 1"], ["look 2"]]);
  await home.end();
});

test("a beginning whose look did not end is no place to go on from", async () => {
  const home = follow({
    getHomeTimeline: () => new Promise(() => {}),
    async *watchHomeTimeline() {
      yield { resumeToken: "too early" };
      await new Promise(() => {});
    },
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(home.resume.token).toBe("");
  await home.end();
});

test("a page from before the stream's beginning is asked for again", async () => {
  const ages = [1_500, 2_500, 900];
  let looks = 0;
  const home = follow({
    getHomeTimeline: () => ({
      items: [item(`look ${looks}`)],
      freshness: { complete: true, age: durationFromMs(ages[looks++] ?? 0) },
    }),
    async *watchHomeTimeline() {
      yield { resumeToken: "1" };
      await new Promise(() => {});
    },
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(home.seen()).toEqual([["look 0"], ["look 1"], ["look 2"]]);
  expect(home.resume.token).toBe("1");
  await home.end();
});

test("an account with too many streams is served by looks, and tries for a stream again", async () => {
  let refusals = 0;
  const home = follow({
    getHomeTimeline: () => ({ items: [item("looked up")] }),
    async *watchHomeTimeline() {
      if (++refusals <= 2) {
        throw new ConnectError("too many streams", Code.ResourceExhausted);
      }
      yield { items: [item("streamed")], resumeToken: "1" };
      await new Promise(() => {});
    },
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(home.seen().length).toBeGreaterThan(2);
  expect(home.seen().flat()).not.toContain("streamed");
  await vi.advanceTimersByTimeAsync(6 * 60_000);
  expect(home.seen().flat()).toContain("streamed");
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
