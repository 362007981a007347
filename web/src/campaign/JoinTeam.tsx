import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  type Campaign,
  CampaignService,
  type Participation,
  State,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { toast } from "../ui/toasts";
import { refreshCampaigns } from "./queries";
import { limitsOf } from "./rules";

/** Joins a team, where that can be done at all; what stands in the way is in the button's words. */
export function JoinTeam(props: {
  campaign: Campaign;
  team: Team;
  participation: Participation | undefined;
  small?: boolean;
}) {
  const { campaign, team, participation } = props;
  const client = useQueryClient();
  const { mutate, isPending } = useMutation(CampaignService.method.joinTeam, {
    onSuccess: () => toast(`You are in ${team.name}.`),
    onError: (err) => toast(sayFault(err), "failed"),
    // Also what was refused tells that the page is behind.
    onSettled: () => refreshCampaigns(client),
  });
  if (!participation?.joined || campaign.state === State.ENDED) {
    return null;
  }
  const { teamSize, teamsPerPerson } = limitsOf(campaign.rules);
  const full = team.memberCount >= teamSize;
  const many = participation.teams.length >= teamsPerPerson;
  return (
    <Button
      aria-label={full ? `${team.name} is full` : `Join ${team.name}`}
      busy={isPending}
      disabled={full || many}
      look={full || many ? "outline" : "primary"}
      onClick={() => mutate({ teamId: team.id })}
      size={props.small ? "small" : "normal"}
      title={!full && many ? "You are in as many teams as one may be here" : undefined}
    >
      {full ? "Full" : "Join"}
    </Button>
  );
}
