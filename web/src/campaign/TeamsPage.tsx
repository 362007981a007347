import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type Campaign, CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { Loading, Spinner } from "../ui/Spinner";
import { CampaignFrame } from "./CampaignFrame";
import { CreateTeam } from "./CreateTeam";
import { useParticipation } from "./queries";
import { limitsOf } from "./rules";
import { TeamRow } from "./TeamRow";

const route = getRouteApi("/campaigns/$campaignId/teams");
const pauseMs = 250;

/** The teams of a campaign, found by how their names begin; making one, joining one. */
export function TeamsPage() {
  const { campaignId } = route.useParams();
  return (
    <CampaignFrame campaignId={campaignId} part="Teams">
      {(campaign) => <Teams campaign={campaign} />}
    </CampaignFrame>
  );
}

function Teams({ campaign }: { campaign: Campaign }) {
  const { q = "" } = route.useSearch();
  const participation = useParticipation(campaign.id);
  const query = useInfiniteQuery(
    CampaignService.method.listTeams,
    { campaignId: campaign.id, prefix: q, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      placeholderData: (before) => before,
    },
  );
  const teams = query.data?.pages.flatMap((page) => page.teams);
  const mine = new Set(participation?.teams.map((team) => team.id));
  return (
    <>
      <Make
        campaign={campaign}
        full={mine.size >= limitsOf(campaign.rules).teamsPerPerson}
        joined={participation?.joined}
      />
      <Search busy={query.isFetching && q !== ""} q={q} />
      <p className="sr-only" role="status">
        {q && teams && (teams.length === 0 ? "No team found." : `${teams.length} teams found.`)}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !teams && <Faulted error={query.error} retry={query.refetch} />}
      {teams?.length === 0 &&
        (q ? (
          <Notice title={`No team's name begins with “${q}”`} word="hm">
            Try fewer letters.
          </Notice>
        ) : (
          <Notice title="No teams yet" word="first">
            {campaign.state !== State.ENDED && "The first one is still to be made."}
          </Notice>
        ))}
      <ul aria-label="Teams" className="flex flex-col gap-2.5">
        {teams?.map((team) => (
          <TeamRow
            campaign={campaign}
            key={team.id}
            mine={mine.has(team.id)}
            participation={participation}
            team={team}
          />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

/** Makes a team, or says why not. */
function Make(props: { campaign: Campaign; joined: boolean | undefined; full: boolean }) {
  const { campaign, joined, full } = props;
  const [making, setMaking] = useState(false);
  if (!joined || campaign.state === State.ENDED) {
    return joined === false && campaign.state !== State.ENDED ? (
      <p className="panel mb-2.5 px-4 py-3 text-sm text-soft sm:px-5">
        Join the campaign to make a team or to be in one.
      </p>
    ) : null;
  }
  return (
    <div className="panel mb-2.5 flex flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-5">
      <p className="text-sm text-soft" id="make-team">
        {full ? "You are in as many teams as one may be here." : "You will be its captain."}
      </p>
      <Button aria-describedby="make-team" disabled={full} onClick={() => setMaking(true)} size="small">
        Make a team
      </Button>
      {making && <CreateTeam campaignId={campaign.id} onClose={() => setMaking(false)} />}
    </div>
  );
}

function Search({ q, busy }: { q: string; busy: boolean }) {
  const [words, setWords] = useState(q);
  const navigate = useNavigate();
  const { campaignId } = route.useParams();
  useEffect(() => {
    const next = words.trim();
    if (next === q) {
      return;
    }
    const timer = setTimeout(
      () =>
        void navigate({
          to: "/campaigns/$campaignId/teams",
          params: { campaignId },
          search: next ? { q: next } : {},
          replace: true,
        }),
      pauseMs,
    );
    return () => clearTimeout(timer);
  }, [words, q, campaignId, navigate]);
  return (
    <search className="relative mb-2.5 block">
      <label className="sr-only" htmlFor="teams">
        Search teams by the beginning of their name
      </label>
      <Icon className="pointer-events-none absolute top-3.5 left-4 text-soft" name="people" size={20} />
      <input
        autoComplete="off"
        className="panel w-full border border-edge py-3 pr-11 pl-12 hover:border-ink"
        id="teams"
        maxLength={40}
        onChange={(event) => setWords(event.target.value)}
        placeholder="How the name begins"
        spellCheck={false}
        type="search"
        value={words}
      />
      {busy && (
        <span className="absolute top-4 right-4 text-soft">
          <Spinner />
        </span>
      )}
    </search>
  );
}
