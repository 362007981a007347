import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Run } from "./run";

interface Made {
  userId: string;
  at: number;
  teams: string[];
  points: number;
}

/** The fold of a campaign's first facts, by the contract's rules. */
export function fold(run: Run, upTo: number) {
  const made = new Map<string, Made>();
  const members = new Map<string, Set<string>>();
  const rules = run.campaign.rules?.scoring;
  const per = rules?.case === "points" ? rules.value.perCheckIn || 1 : 0;
  const cap = (rules?.case === "points" && rules.value.dailyCap) || Number.POSITIVE_INFINITY;
  for (const fact of run.facts.slice(0, upTo)) {
    const teams = (userId: string) => [...members].flatMap(([id, of]) => (of.has(userId) ? [id] : []));
    switch (fact.kind) {
      case "check_in":
        made.set(fact.checkInId, { ...fact, teams: teams(fact.userId), points: per });
        break;
      case "void":
        made.delete(fact.checkInId);
        break;
      case "join":
        members.set(fact.teamId, (members.get(fact.teamId) ?? new Set()).add(fact.userId));
        break;
      case "leave":
        members.get(fact.teamId)?.delete(fact.userId);
        break;
    }
  }
  const used = new Map<string, number>();
  for (const each of made.values()) {
    const day = `${each.userId} ${new Date(each.at).toISOString().slice(0, 10)}`;
    each.points = Math.min(per, cap - (used.get(day) ?? 0));
    used.set(day, (used.get(day) ?? 0) + each.points);
  }
  return { made: [...made.values()], members, per, togetherness: rules?.case === "togetherness" };
}

export type Folded = ReturnType<typeof fold>;

/** The scores of teams and of members in millionths, those above 0. */
export function scoresOf(run: Run, folded: Folded) {
  const teams = new Map<string, number>();
  const members = new Map<string, number>();
  for (const { userId, teams: counted, points } of folded.made) {
    members.set(userId, (members.get(userId) ?? 0) + (folded.togetherness ? 1 : points));
    for (const id of folded.togetherness ? [] : counted) {
      teams.set(id, (teams.get(id) ?? 0) + points);
    }
  }
  for (const id of folded.togetherness ? folded.members.keys() : []) {
    const { together, fresh } = togetherOf(run, folded, id);
    teams.set(id, together + fresh);
  }
  const micros = (scores: Map<string, number>) =>
    new Map(
      [...scores].flatMap(([id, score]) =>
        score > 0 ? [[id, BigInt(Math.round(score * 1e6))] as const] : [],
      ),
    );
  const open = new Map([...teams].filter(([id]) => (folded.members.get(id)?.size ?? 0) > 0));
  return { teams: micros(open), members: micros(members) };
}

/** The terms of togetherness for one team. */
export function togetherOf(run: Run, folded: Folded, teamId: string) {
  const weightOf = (userId: string) =>
    1 / [...folded.members.values()].filter((members) => members.has(userId)).length;
  const people = [...(folded.members.get(teamId) ?? [])].map((userId) => ({
    userId,
    weight: weightOf(userId),
    last: Math.max(0, ...folded.made.filter((each) => each.userId === userId).map(({ at }) => at)),
    returning: run.participants.get(userId)?.returning ?? false,
    teams: Math.round(1 / weightOf(userId)),
  }));
  const active = people.filter(({ last }) => last > 0);
  const times = active.map(({ last }) => last);
  const sum = (of: typeof people) => of.reduce((total, { weight }) => total + weight, 0);
  const weights = sum(active);
  const newWeights = sum(active.filter(({ returning }) => !returning));
  const spread = active.length > 0 ? (Math.max(...times) - Math.min(...times)) / 3_600_000 : 0;
  return {
    people,
    active,
    weights,
    newWeights,
    spread,
    together: active.length > 0 ? weights / (0.05 * (spread + 1)) : 0,
    fresh: 3 * newWeights,
  };
}

/** How many facts had been counted at a moment. */
export function countedAt(run: Run, ms: number): number {
  return run.facts.filter((fact) => fact.at <= ms).length;
}

/** How much of a campaign a reader sees: while it is frozen, only organizers see all. */
export function visible(
  run: Run,
  organizes: boolean,
  asOf: number | undefined,
): { upTo: number; frozen: boolean } {
  const since = run.campaign.frozenSince && !organizes ? timestampMs(run.campaign.frozenSince) : undefined;
  const limit = Math.min(since ?? Number.POSITIVE_INFINITY, asOf ?? Number.POSITIVE_INFINITY);
  return { upTo: countedAt(run, limit), frozen: since !== undefined };
}
