import { Scope } from "@throng/gen/throng/campaign/v1/board_pb";
import { type Campaign, type Rules, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { counted } from "../ui/count";
import { sayMicros } from "./micros";

/** What rules say, with what the contract means by 0. */
export function limitsOf(rules: Rules | undefined) {
  const points = rules?.scoring.case === "points" ? rules.scoring.value : undefined;
  return {
    teamSize: rules?.teamSize || 10,
    teamsPerPerson: rules?.teamsPerPerson || 1,
    checkInsPerDay: rules?.checkInsPerDay || 10,
    teamNeeded: rules?.teamNeeded ?? false,
    /** Absent under togetherness. */
    points: points && { perCheckIn: points.perCheckIn || 1, dailyCap: points.dailyCap },
  };
}

const number = (n: number, one: string, many: string) => counted(BigInt(n), one, many);

/** The rules of a campaign in sentences. */
export function sayRules(rules: Rules | undefined): string[] {
  const limits = limitsOf(rules);
  return [
    `A team has at most ${number(limits.teamSize, "member", "members")}, and you can be in ${
      limits.teamsPerPerson === 1 ? "one team" : `up to ${limits.teamsPerPerson.toLocaleString()} teams`
    } at a time.`,
    `You can check in ${number(limits.checkInsPerDay, "time", "times")} a day${
      limits.teamNeeded ? ", as a member of a team" : ", with or without a team"
    }.`,
    ...sayScoring(rules),
  ];
}

function sayScoring(rules: Rules | undefined): string[] {
  const { points } = limitsOf(rules);
  if (!points) {
    return [
      "A team's score grows with every member who has checked in, more for those who were never a customer before, and most when the latest check-ins of all of them are close in time.",
      "Somebody in several teams counts for each of them in part.",
    ];
  }
  const cap = points.dailyCap
    ? ` A person makes at most ${number(points.dailyCap, "point", "points")} a day.`
    : "";
  return [
    `A check-in makes ${number(points.perCheckIn, "point", "points")}, for you and for each team that you are in at that time.${cap}`,
    "Points stay with a team when the one who made them leaves.",
  ];
}

/** A score with what it counts: "12 points", "7.41", "3 check-ins"; rounded to so many digits behind the point. */
export function sayScore(micros: bigint, rules: Rules | undefined, scope: Scope, digits = 2): string {
  const text = sayMicros(micros, digits);
  const one = micros === 1_000_000n;
  if (limitsOf(rules).points) {
    return `${text} ${one ? "point" : "points"}`;
  }
  return scope === Scope.TEAMS || scope === Scope.UNSPECIFIED
    ? text
    : `${text} ${one ? "check-in" : "check-ins"}`;
}

/** Where a campaign stands, in a word or two. */
export function sayState(state: State): string {
  switch (state) {
    case State.UPCOMING:
      return "Upcoming";
    case State.RUNNING:
      return "Running";
    case State.ENDED:
      return "Over";
    default:
      return "";
  }
}

/** What keeps one from checking in; nothing where one may. */
export function closedBecause(
  campaign: Campaign,
  part: { joined: boolean; teams: readonly unknown[]; checkInsLeftToday: number },
): "campaign_not_started" | "campaign_ended" | "not_joined" | "team_needed" | "daily_check_ins" | undefined {
  switch (true) {
    case campaign.state === State.UPCOMING:
      return "campaign_not_started";
    case campaign.state === State.ENDED:
      return "campaign_ended";
    case !part.joined:
      return "not_joined";
    case limitsOf(campaign.rules).teamNeeded && part.teams.length === 0:
      return "team_needed";
    case part.checkInsLeftToday <= 0:
      return "daily_check_ins";
    default:
      return undefined;
  }
}
