import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { getRouteApi } from "@tanstack/react-router";
import { Scope } from "@throng/gen/throng/campaign/v1/board_pb";
import { type Campaign, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useSession } from "../app/services";
import { Tabs } from "../ui/Tabs";
import { AroundMe } from "./AroundMe";
import { CampaignFrame } from "./CampaignFrame";
import { LiveTop } from "./LiveTop";
import { Moment } from "./Moment";
import { PagedBoard } from "./PagedBoard";
import { useParticipation } from "./queries";
import { useIsMine } from "./useIsMine";

const ScoreDialog = lazy(() => import("./ScoreDialog").then((m) => ({ default: m.ScoreDialog })));
const route = getRouteApi("/campaigns/$campaignId/board");

/** Which board is shown; the address keeps it. */
export interface BoardSearch {
  scope?: "members" | "friends";
  /** The part around the reader. */
  around?: true;
  /** A moment that has passed. */
  at?: string;
}

const scopes = { teams: Scope.TEAMS, members: Scope.MEMBERS, friends: Scope.FRIENDS };

/** A campaign's boards: now, live, or as they were at any moment. */
export function BoardPage() {
  const { campaignId } = route.useParams();
  return (
    <CampaignFrame campaignId={campaignId} part="Board">
      {(campaign) => <Board campaign={campaign} />}
    </CampaignFrame>
  );
}

function Board({ campaign }: { campaign: Campaign }) {
  const search: BoardSearch = route.useSearch();
  const session = useSession();
  const participation = useParticipation(campaign.id);
  const scope = scopes[search.scope ?? "teams"];
  const asOf = useMemo(() => (search.at ? timestampFromDate(new Date(search.at)) : undefined), [search.at]);
  const [explained, setExplained] = useState<Team>();
  const close = useCallback(() => setExplained(undefined), []);
  const common = {
    campaign,
    scope,
    isMine: useIsMine(participation),
    onTeam: setExplained,
  };
  const around = Boolean(search.around) && session !== null && scope !== Scope.FRIENDS;
  return (
    <>
      <Scopes campaignId={campaign.id} friends={session !== null} search={search} />
      {campaign.state !== State.UPCOMING && <Moment campaign={campaign} search={search} />}
      {participation?.organizes && campaign.frozenSince && (
        <p className="panel mb-2.5 px-4 py-3 text-sm sm:px-5">
          Everybody else sees the boards as they were when they froze. You see them live.
        </p>
      )}
      {around && <AroundMe {...common} asOf={asOf} />}
      {!around && asOf && <PagedBoard {...common} asOf={asOf} />}
      {!around &&
        !asOf &&
        (scope === Scope.FRIENDS ? <PagedBoard {...common} /> : <LiveTop {...common} key={scope} />)}
      <Suspense>
        {explained && <ScoreDialog asOf={asOf} campaign={campaign} onClose={close} team={explained} />}
      </Suspense>
    </>
  );
}

function Scopes(props: { campaignId: string; search: BoardSearch; friends: boolean }) {
  const { search } = props;
  const to = "/campaigns/$campaignId/board";
  const params = { campaignId: props.campaignId };
  const { scope: _, ...rest } = search;
  const { around: __, ...forFriends } = rest;
  return (
    <Tabs
      label="Who is ranked"
      small
      tabs={[
        { label: "Teams", to, params, search: rest },
        { label: "Members", to, params, search: { ...rest, scope: "members" } },
        ...(props.friends
          ? [{ label: "Friends", to, params, search: { ...forFriends, scope: "friends" } } as const]
          : []),
      ]}
    />
  );
}
