import { timestampDate } from "@bufbuild/protobuf/wkt";
import type {
  GetTeamScoreResponse,
  PointsTerms,
  Share,
  TogethernessTerms,
} from "@throng/gen/throng/campaign/v1/board_pb";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { counted } from "../ui/count";
import { sayMicros } from "./micros";
import { limitsOf } from "./rules";
import { sayMoment } from "./zone";

/** A term of a score: what it is called, what it comes to, and how. */
export interface Term {
  name: string;
  figure: string;
  how: string;
}

const exact = (micros: bigint) => sayMicros(micros, 6);
const whole = (n: bigint) => n.toLocaleString();

/** How a team's score came about, term by term, in the order in which they are reckoned. */
export function sayTerms(score: GetTeamScoreResponse, campaign: Campaign): Term[] {
  switch (score.terms.case) {
    case "points":
      return pointsTerms(score.terms.value, campaign);
    case "togetherness":
      return togethernessTerms(score.terms.value, score, campaign);
    default:
      return [];
  }
}

function pointsTerms({ checkIns, countedCheckIns, cappedPoints }: PointsTerms, campaign: Campaign): Term[] {
  const per = BigInt(limitsOf(campaign.rules).points?.perCheckIn ?? 1);
  return [
    {
      name: "Check-ins",
      figure: whole(checkIns),
      how: "Made for this team and not withdrawn, also by those who have left since.",
    },
    {
      name: "Their points",
      figure: whole(checkIns * per),
      how: `${whole(checkIns)} × ${counted(per, "point", "points")}.`,
    },
    ...(cappedPoints > 0n
      ? [
          {
            name: "Past the daily cap",
            figure: `−${whole(cappedPoints)}`,
            how: `${counted(countedCheckIns, "check-in", "check-ins")} counted, whole or in part; the rest was more than a person makes on one day.`,
          },
        ]
      : []),
  ];
}

function togethernessTerms(
  terms: TogethernessTerms,
  score: GetTeamScoreResponse,
  campaign: Campaign,
): Term[] {
  const { weightsMicros, newWeightsMicros, spreadHoursMicros, togetherMicros, newMicros } = terms;
  const { activeMembers, members, earliestCheckIn, latestCheckIn } = score;
  const at = (moment: typeof earliestCheckIn) =>
    moment ? sayMoment(timestampDate(moment), campaign.timeZone, "short") : "–";
  return [
    {
      name: "T, together",
      figure: exact(weightsMicros),
      how: `${activeMembers} of ${members} members have checked in. Each counts 1, divided by the number of teams that he is in.`,
    },
    {
      name: "S, hours between",
      figure: exact(spreadHoursMicros),
      how: earliestCheckIn
        ? `Of each member's latest check-in: the first at ${at(earliestCheckIn)}, the last at ${at(latestCheckIn)}.`
        : "Nobody has checked in.",
    },
    {
      name: "N, new people",
      figure: exact(newWeightsMicros),
      how: "The same as T, of those only who were no customers before.",
    },
    {
      name: "For being together",
      figure: exact(togetherMicros),
      how: `T / (0.05 × (S + 1)) = ${exact(weightsMicros)} / (0.05 × (${exact(spreadHoursMicros)} + 1)).`,
    },
    { name: "For new people", figure: exact(newMicros), how: `3 × N = 3 × ${exact(newWeightsMicros)}.` },
  ];
}

/** What a person adds, and why so much. */
export function sayShare(share: Share, campaign: Campaign): { figure: string; how: string } {
  const { points, weightMicros, member, teams, returningCustomer, lastCheckIn } = share;
  const gone = member ? [] : ["has left the team"];
  if (limitsOf(campaign.rules).points) {
    return { figure: counted(points, "point", "points"), how: gone.join(", ") };
  }
  const parts = [
    ...gone,
    returningCustomer ? "customer before" : "new",
    ...(teams > 1 ? [`in ${teams} teams`] : []),
    lastCheckIn
      ? `last check-in ${sayMoment(timestampDate(lastCheckIn), campaign.timeZone, "short")}`
      : "no check-in yet",
  ];
  return { figure: exact(weightMicros), how: parts.join(", ") };
}
