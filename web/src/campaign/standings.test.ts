import { create } from "@bufbuild/protobuf";
import {
  type Standing,
  StandingSchema,
  WatchLeaderboardResponseSchema,
} from "@throng/gen/throng/campaign/v1/board_pb";
import { expect, test } from "vitest";
import { idOf, type LiveBoard, once, withMessage } from "./standings";

const standing = (id: string, rank: number, score: number) =>
  create(StandingSchema, {
    rank: BigInt(rank),
    scoreMicros: BigInt(score) * 1_000_000n,
    who: { case: "team", value: { id, name: id } },
  });
const message = (
  position: number,
  standings: Standing[],
  more: { snapshot?: boolean; goneIds?: string[] } = {},
) => create(WatchLeaderboardResponseSchema, { position: BigInt(position), standings, ...more });
const shown = (board: LiveBoard | undefined) => board?.standings.map((each) => `${each.rank}${idOf(each)}`);

test("a snapshot stands whatever came before, by rank", () => {
  const first = withMessage(
    undefined,
    message(1, [standing("b", 2, 1), standing("a", 1, 3)], { snapshot: true }),
  );
  expect(shown(first)).toEqual(["1a", "2b"]);
  const next = withMessage(first, message(2, [standing("c", 1, 9)], { snapshot: true }));
  expect(shown(next)).toEqual(["1c"]);
});

test("differences change ranks, bring new ones in and take gone ones out", () => {
  const first = withMessage(
    undefined,
    message(1, [standing("a", 1, 3), standing("b", 2, 2), standing("c", 3, 1)], { snapshot: true }),
  );
  const next = withMessage(
    first,
    message(2, [standing("d", 1, 9), standing("a", 2, 3), standing("b", 3, 2)], { goneIds: ["c"] }),
  );
  expect(shown(next)).toEqual(["1d", "2a", "3b"]);
  expect(next?.position).toBe(2n);
});

test("a heartbeat moves nothing, and unchanged rows are the same", () => {
  const first = withMessage(
    undefined,
    message(1, [standing("a", 1, 3), standing("b", 2, 1)], { snapshot: true }),
  );
  expect(withMessage(first, message(1, []))?.standings).toBe(first?.standings);
  const next = withMessage(first, message(2, [standing("b", 2, 2)]));
  expect(next?.standings[0]).toBe(first?.standings[0]);
});

test("differences without a board make none", () => {
  expect(withMessage(undefined, message(5, [standing("a", 1, 1)]))).toBeUndefined();
});

test("whatever happens on a board, its stream's differences lead to what its snapshot says", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const scores = new Map<string, number>();
  const top = () =>
    [...scores]
      .filter(([, score]) => score > 0)
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, 5)
      .map(([id, score], index) => standing(id, index + 1, score));
  let before = top();
  let board = withMessage(undefined, message(0, before, { snapshot: true }));
  for (let position = 1; position <= 500; position++) {
    for (let n = random(4); n >= 0; n--) {
      scores.set(`team ${random(12)}`, random(30));
    }
    const now = top();
    const told = (each: Standing) => `${idOf(each)} ${each.rank} ${each.scoreMicros}`;
    const held = new Set(before.map(told));
    board = withMessage(
      board,
      message(
        position,
        now.filter((each) => !held.has(told(each))),
        { goneIds: before.map(idOf).filter((id) => !now.some((each) => idOf(each) === id)) },
      ),
    );
    expect(board?.standings.map(told)).toEqual(now.map(told));
    before = now;
  }
});

test("of a standing that two pages have the first stays", () => {
  const lists = once([standing("a", 1, 3), standing("b", 2, 2)], [standing("b", 3, 2), standing("c", 4, 1)]);
  expect(lists.map((each) => `${each.rank}${idOf(each)}`)).toEqual(["1a", "2b", "4c"]);
});
