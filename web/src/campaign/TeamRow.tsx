import { Link } from "@tanstack/react-router";
import type { Campaign, Participation } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { Badge } from "../ui/Badge";
import { JoinTeam } from "./JoinTeam";
import { limitsOf } from "./rules";

/** One team of a list. */
export function TeamRow(props: {
  campaign: Campaign;
  team: Team;
  mine: boolean;
  participation: Participation | undefined;
}) {
  const { campaign, team, mine, participation } = props;
  const { teamSize } = limitsOf(campaign.rules);
  return (
    <li className="panel relative flex items-center gap-3 p-4 transition-colors hover:bg-raised sm:px-5">
      <div className="min-w-0 flex-1">
        {/* The link covers the row; the button lies above it. */}
        <Link
          className="font-bold after:absolute after:inset-0 after:rounded-panel hover:underline"
          params={{ campaignId: campaign.id, teamId: team.id }}
          to="/campaigns/$campaignId/teams/$teamId"
        >
          <bdi className="block truncate">{team.name}</bdi>
        </Link>
        <p className="text-sm text-soft tabular-nums">
          {team.memberCount} of {teamSize} members
        </p>
      </div>
      {mine ? (
        <Badge>yours</Badge>
      ) : (
        <div className="relative">
          <JoinTeam campaign={campaign} participation={participation} small team={team} />
        </div>
      )}
    </li>
  );
}
