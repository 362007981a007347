import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type GetTeamScoreRequest,
  Scope,
  type Standing,
  StandingSchema,
  type WatchLeaderboardRequest,
} from "@throng/gen/throng/campaign/v1/board_pb";
import type { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { organizes, personOf, type Run, runOf } from "./run";
import { fold, scoresOf, togetherOf, visible } from "./scores";
import { type Community, fail, pageOf, type Watcher } from "./store";
import { teamOf } from "./teams";

type Boards = Pick<
  ServiceImpl<typeof CampaignService>,
  "getLeaderboard" | "watchLeaderboard" | "getTeamScore"
>;

const micros = (value: number) => BigInt(Math.round(value * 1e6));

/** A whole board after so many facts: of two with one score the one who had it first is before the other. */
function standingsOf(community: Community, run: Run, scope: Scope, upTo: number, viewer: string | undefined) {
  const reached = new Map<string, { score: bigint; at: number; position: number }>();
  for (let position = 1; position <= upTo; position++) {
    const scores = scoresOf(run, fold(run, position));
    const now = scope === Scope.TEAMS || scope === Scope.UNSPECIFIED ? scores.teams : scores.members;
    for (const id of reached.keys()) {
      if (!now.has(id)) {
        reached.delete(id);
      }
    }
    for (const [id, score] of now) {
      if (reached.get(id)?.score !== score) {
        reached.set(id, { score, at: run.facts[position - 1]?.at ?? 0, position });
      }
    }
  }
  const isFriend = (id: string) => id === viewer || community.follows.has(`${viewer} ${id}`);
  return [...reached]
    .filter(([id]) => scope !== Scope.FRIENDS || isFriend(id))
    .sort(([, a], [, b]) => (a.score === b.score ? a.position - b.position : a.score < b.score ? 1 : -1))
    .map(([id, { score, at }], index) => {
      const team = run.teams.get(id);
      return create(StandingSchema, {
        rank: BigInt(index + 1),
        scoreMicros: score,
        reachedAt: timestampFromMs(at),
        who: team
          ? { case: "team", value: { ...team.team } }
          : { case: "user", value: personOf(community, id) },
        mine: id === viewer || (team?.members.some(({ userId }) => userId === viewer) ?? false),
      });
    });
}

const idOf = (standing: Standing) => standing.who.value?.id ?? "";

/** The part around one of a board. */
function around(all: Standing[], at: number, size: number): Standing[] {
  const start = Math.max(0, Math.min(at - Math.floor(size / 2), all.length - size));
  return all.slice(start, start + size);
}

export function boards(
  community: Community,
  viewerOf: (context: HandlerContext) => string | undefined,
): Boards {
  const look = (run: Run, scope: Scope, viewer: string | undefined, asOf?: number) => {
    const { upTo, frozen } = visible(run, organizes(community, run, viewer), asOf);
    const all = standingsOf(community, run, scope, upTo, viewer);
    const last = run.facts[upTo - 1];
    return {
      all,
      about: {
        size: BigInt(all.length),
        position: BigInt(upTo),
        ...(last && { countedAt: timestampFromMs(last.at) }),
        frozen,
        final: run.campaign.endsAt ? timestampMs(run.campaign.endsAt) <= Date.now() : false,
      },
    };
  };
  return {
    getLeaderboard(request, context) {
      const viewer = viewerOf(context);
      if (!viewer && (request.aroundMe || request.scope === Scope.FRIENDS)) {
        fail(Code.Unauthenticated, "", "sign in");
      }
      const run = runOf(community, request.campaignId);
      const { all, about } = look(run, request.scope, viewer, request.asOf && timestampMs(request.asOf));
      const mine = all.filter((each) => each.mine);
      const at = request.aroundMe ? all.findIndex((each) => each.mine) : -1;
      const { part, nextPageToken } = pageOf(all, idOf, request);
      const standings = at >= 0 ? around(all, at, request.pageSize || 20) : part;
      return { standings, mine, nextPageToken: at >= 0 ? "" : nextPageToken, ...about };
    },
    async *watchLeaderboard(request, context) {
      const run = runOf(community, request.campaignId);
      const fault = community.faults.get("WatchLeaderboard");
      if (fault) {
        throw fault;
      }
      community.calls.push({ method: "WatchLeaderboard", message: request });
      let wake = () => {};
      let rung = false;
      const ring = () => {
        rung = true;
        wake();
      };
      const watcher: Watcher = { wake: ring, cut: false };
      run.watchers.add(watcher);
      context.signal.addEventListener("abort", ring);
      try {
        for await (const message of changes(request, () => look(run, request.scope, viewerOf(context)))) {
          if (watcher.cut) {
            fail(Code.Unavailable, "", "the line broke");
          }
          if (message) {
            yield message;
            continue;
          }
          if (context.signal.aborted) {
            return;
          }
          if (!rung) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          rung = false;
        }
      } finally {
        run.watchers.delete(watcher);
      }
    },
    getTeamScore: (request, context) => explain(community, request, viewerOf(context)),
  };
}

/** What a stream says, and nothing where there is nothing to say. A token holds what was said. */
async function* changes(
  { top, resumeToken }: WatchLeaderboardRequest,
  look: () => { all: Standing[]; about: { size: bigint; position: bigint; frozen: boolean; final: boolean } },
) {
  const told = (each: Standing) => `${idOf(each)} ${each.rank} ${each.scoreMicros}`;
  let before: string[] | undefined = resumeToken ? JSON.parse(resumeToken) : undefined;
  let quiet = false;
  for (;;) {
    const { all, about } = look();
    const standings = all.slice(0, top || 10);
    const now = [...standings.map(told), `frozen ${about.frozen}`];
    const held = new Set(before);
    if (before && now.length === before.length && now.every((each) => held.has(each))) {
      // A resumed stream says at once that it stands.
      if (quiet) {
        yield undefined;
        continue;
      }
    }
    const ids = new Set(standings.map(idOf));
    yield {
      snapshot: before === undefined,
      standings: standings.filter((each) => !held.has(told(each))),
      goneIds: (before ?? [])
        .map((each) => each.split(" ")[0] ?? "")
        .filter((id) => id !== "frozen" && !ids.has(id)),
      ...about,
      resumeToken: JSON.stringify(now),
    };
    before = now;
    quiet = true;
  }
}

function explain(community: Community, request: GetTeamScoreRequest, viewer: string | undefined) {
  const { run, entry } = teamOf(community, request.teamId);
  const { upTo, frozen } = visible(
    run,
    organizes(community, run, viewer),
    request.asOf && timestampMs(request.asOf),
  );
  const folded = fold(run, upTo);
  const standing = standingsOf(community, run, Scope.TEAMS, upTo, viewer).find(
    (each) => idOf(each) === request.teamId,
  );
  const { people, active, weights, newWeights, spread, together, fresh } = togetherOf(
    run,
    folded,
    request.teamId,
  );
  const counted = folded.made.filter(({ teams }) => teams.includes(request.teamId));
  const points = counted.reduce((sum, each) => sum + each.points, 0);
  const times = active.map(({ last }) => last);
  const pointsOf = (userId: string) =>
    counted.filter((each) => each.userId === userId).reduce((sum, each) => sum + each.points, 0);
  const everybody = new Set([...people.map(({ userId }) => userId), ...counted.map(({ userId }) => userId)]);
  return {
    team: entry.team,
    scoreMicros: standing?.scoreMicros ?? 0n,
    rank: standing?.rank ?? 0n,
    position: BigInt(upTo),
    members: people.length,
    newMembers: people.filter(({ returning }) => !returning).length,
    activeMembers: active.length,
    ...(times.length > 0 && {
      earliestCheckIn: timestampFromMs(Math.min(...times)),
      latestCheckIn: timestampFromMs(Math.max(...times)),
    }),
    terms: folded.togetherness
      ? {
          case: "togetherness" as const,
          value: {
            weightsMicros: micros(weights),
            newWeightsMicros: micros(newWeights),
            spreadHoursMicros: micros(spread),
            togetherMicros: micros(together),
            newMicros: micros(fresh),
          },
        }
      : {
          case: "points" as const,
          value: {
            checkIns: BigInt(counted.length),
            countedCheckIns: BigInt(counted.filter((each) => each.points > 0).length),
            cappedPoints: BigInt(counted.length * folded.per - points),
          },
        },
    shares: [...everybody].map((userId) => {
      const person = people.find((each) => each.userId === userId);
      return {
        user: personOf(community, userId),
        member: person !== undefined,
        points: BigInt(folded.togetherness ? 0 : pointsOf(userId)),
        weightMicros: folded.togetherness && person ? micros(person.weight) : 0n,
        teams: person?.teams ?? 0,
        returningCustomer: run.participants.get(userId)?.returning ?? false,
        ...(person && person.last > 0 && { lastCheckIn: timestampFromMs(person.last) }),
      };
    }),
    frozen,
  };
}
