import type {
  GetLeaderboardResponse,
  Standing,
  WatchLeaderboardResponse,
} from "@throng/gen/throng/campaign/v1/board_pb";

/** The top of a board, kept up to date. */
export type LiveBoard = Pick<
  GetLeaderboardResponse,
  "standings" | "size" | "position" | "countedAt" | "frozen" | "final"
>;

/** Whose standing it is: the id of a team or of a person. */
export function idOf(standing: Standing): string {
  return standing.who.value?.id ?? "";
}

/**
 * The board after a message of its stream: a snapshot stands for itself, anything
 * else changes what was there. Without a board only a snapshot makes one.
 */
export function withMessage(
  board: LiveBoard | undefined,
  message: WatchLeaderboardResponse,
): LiveBoard | undefined {
  if (!board && !message.snapshot) {
    return undefined;
  }
  const { size, position, countedAt, frozen, final } = message;
  const standings =
    board && !message.snapshot ? changed(board.standings, message) : byRank(message.standings);
  return { standings, size, position, frozen, final, ...(countedAt && { countedAt }) };
}

/** What has not changed stays the same object, so that its row is not drawn anew. */
function changed(standings: Standing[], message: WatchLeaderboardResponse): Standing[] {
  if (message.standings.length === 0 && message.goneIds.length === 0) {
    return standings;
  }
  const held = new Map(standings.map((standing) => [idOf(standing), standing]));
  for (const id of message.goneIds) {
    held.delete(id);
  }
  for (const standing of message.standings) {
    held.set(idOf(standing), standing);
  }
  return byRank([...held.values()]);
}

function byRank(standings: Standing[]): Standing[] {
  return [...standings].sort((a, b) => Number(a.rank - b.rank));
}

/** Lists one after the other, each standing once: the first stays. */
export function once(...lists: Standing[][]): Standing[] {
  const held = new Map<string, Standing>();
  for (const standing of lists.flat()) {
    const id = idOf(standing);
    if (!held.has(id)) {
      held.set(id, standing);
    }
  }
  return [...held.values()];
}
