import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi } from "@tanstack/react-router";
import { type Campaign, CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { CampaignFrame } from "./CampaignFrame";
import { JoinTeam } from "./JoinTeam";
import { LeaveTeam } from "./LeaveTeam";
import { Members } from "./Members";
import { useParticipation } from "./queries";
import { limitsOf } from "./rules";
import { Score } from "./Score";

const route = getRouteApi("/campaigns/$campaignId/teams/$teamId");

/** One team: who is in it, and how its score came about. */
export function TeamPage() {
  const { campaignId } = route.useParams();
  return (
    <CampaignFrame campaignId={campaignId} part="Team">
      {(campaign) => <TeamOf campaign={campaign} />}
    </CampaignFrame>
  );
}

function TeamOf({ campaign }: { campaign: Campaign }) {
  const { teamId } = route.useParams();
  const query = useQuery(CampaignService.method.getTeam, { teamId });
  const team = query.data?.team;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  if (gone) {
    return (
      <Notice title="This team is not there" word="gone">
        A team closes when its last member leaves.
      </Notice>
    );
  }
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && !team && <Faulted error={query.error} retry={query.refetch} />}
      {team && <Parts campaign={campaign} key={team.id} team={team} />}
    </>
  );
}

function Parts({ campaign, team }: { campaign: Campaign; team: Team }) {
  const participation = useParticipation(campaign.id);
  const mine = participation?.teams.some((each) => each.id === team.id) ?? false;
  const { teamSize } = limitsOf(campaign.rules);
  return (
    <div className="flex flex-col gap-2.5">
      <section aria-label="Team" className="panel flex flex-wrap items-center gap-3 p-4 sm:px-5">
        <div className="min-w-0 flex-1">
          <h2 className="text-xl">
            <bdi>{team.name}</bdi>
          </h2>
          <p className="text-soft tabular-nums">
            {team.memberCount} of {teamSize} members
          </p>
        </div>
        {mine
          ? campaign.state !== State.ENDED && <LeaveTeam team={team} />
          : participation && <JoinTeam campaign={campaign} participation={participation} team={team} />}
      </section>
      <section aria-label="Score" className="panel p-4 sm:px-5">
        <h2 className="mb-2 text-lg">Score</h2>
        <Score campaign={campaign} teamId={team.id} />
      </section>
      <Members open={campaign.state !== State.ENDED} team={team} />
    </div>
  );
}
