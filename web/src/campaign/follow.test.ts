import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import {
  Scope,
  type WatchLeaderboardRequest,
  type WatchLeaderboardResponse,
  WatchLeaderboardResponseSchema,
} from "@throng/gen/throng/campaign/v1/board_pb";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followBoard } from "./follow";

type Message = MessageInitShape<typeof WatchLeaderboardResponseSchema>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Follows a board whose streams are what `say` yields, one after the other. */
function follow(
  say: (request: WatchLeaderboardRequest, signal: AbortSignal) => AsyncIterable<Message>,
  token = "",
) {
  const asked: string[] = [];
  const tops: number[] = [];
  const transport = createRouterTransport(({ service }) =>
    service(CampaignService, {
      watchLeaderboard(request, { signal }) {
        asked.push(request.resumeToken);
        return say(request, signal);
      },
      getLeaderboard({ pageSize }) {
        tops.push(pageSize);
        return { position: BigInt(tops.length) };
      },
    }),
  );
  const stop = new AbortController();
  const messages: WatchLeaderboardResponse[] = [];
  const line: boolean[] = [];
  const done = followBoard({
    transport,
    signal: stop.signal,
    campaignId: "01890a5d-ac96-774b-bcce-b302099a8057",
    scope: Scope.TEAMS,
    top: 20,
    resume: { token },
    onMessage: (message) => messages.push(message),
    onLine: (stands) => line.push(stands),
  });
  return {
    asked,
    tops,
    messages,
    line,
    end: async () => {
      stop.abort();
      await vi.advanceTimersByTimeAsync(0);
      await done;
    },
  };
}

const message = (position: number): Message => ({
  position: BigInt(position),
  resumeToken: `token ${position}`,
});
const open = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

test("a line that broke is taken up behind the last message, at once the first time, later each time after", async () => {
  const { asked, messages, line, end } = follow(async function* ({ resumeToken }) {
    if (resumeToken === "token 2") {
      throw new ConnectError("away", Code.Unavailable);
    }
    yield message(1);
    yield message(2);
    throw new ConnectError("broken", Code.Unavailable);
  });
  await vi.advanceTimersByTimeAsync(2_100);
  expect(asked).toEqual(["", "token 2"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(new Set(asked.slice(1))).toEqual(new Set(["token 2"]));
  expect(asked.length).toBeLessThan(9);
  expect(messages.map(({ position }) => position)).toEqual([1n, 2n]);
  expect(line.slice(0, 3)).toEqual([true, true, false]);
  await end();
});

test("a token that is not taken is not sent again", async () => {
  const { asked, end } = follow(async function* ({ resumeToken }, signal) {
    if (resumeToken) {
      throw new ConnectError("bad token", Code.InvalidArgument);
    }
    yield message(1);
    await open(signal);
  }, "stale");
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toEqual(["stale", ""]);
  await end();
});

test("a line that is silent for long is taken for dead", async () => {
  const { asked, end } = follow(async function* (_, signal) {
    yield message(1);
    await open(signal);
  });
  await vi.advanceTimersByTimeAsync(44_000);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toEqual(["", "token 1"]);
  await end();
});

test("where there is no stream the top is asked for now and then, as a snapshot", async () => {
  // biome-ignore lint/correctness/useYield: it fails before it says anything
  const { asked, tops, messages, line, end } = follow(async function* () {
    throw new ConnectError("not here", Code.Unimplemented);
  });
  await vi.advanceTimersByTimeAsync(16_000);
  expect(asked).toHaveLength(1);
  expect(tops.length).toBeGreaterThanOrEqual(3);
  expect(tops.length).toBeLessThanOrEqual(5);
  expect(new Set(tops)).toEqual(new Set([20]));
  expect(messages.every(({ snapshot }) => snapshot)).toBe(true);
  expect(line.at(-1)).toBe(true);
  await end();
});

test("a server with too many streams is asked in the other way for a while", async () => {
  let full = true;
  const { asked, tops, end } = follow(async function* (_, signal) {
    if (full) {
      throw new ConnectError("too many", Code.ResourceExhausted);
    }
    yield message(1);
    await open(signal);
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(2);
  expect(tops.length).toBeGreaterThan(0);
  full = false;
  await vi.advanceTimersByTimeAsync(130_000);
  expect(asked).toHaveLength(3);
  await end();
});

test("where streams always fail the top is seen at least", async () => {
  // biome-ignore lint/correctness/useYield: it fails before it says anything
  const { tops, messages, line, end } = follow(async function* () {
    throw new ConnectError("broken", Code.Internal);
  });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(tops.length).toBeGreaterThan(0);
  expect(messages.every(({ snapshot }) => snapshot)).toBe(true);
  expect(line.every((stands) => !stands)).toBe(true);
  await end();
});

test("nothing is asked once it has ended", async () => {
  const { asked, end } = follow(async function* (_, signal) {
    yield create(WatchLeaderboardResponseSchema, message(1));
    await open(signal);
  });
  await vi.advanceTimersByTimeAsync(1_000);
  await end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
});
