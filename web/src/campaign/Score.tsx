import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type GetTeamScoreResponse, Scope, type Share } from "@throng/gen/throng/campaign/v1/board_pb";
import { type Campaign, CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { counted } from "../ui/count";
import { Loading } from "../ui/Spinner";
import { Avatar } from "../user/Avatar";
import { nameOf } from "../user/name";
import { present } from "./queries";
import { sayScore } from "./rules";
import { FrozenBadge } from "./StateBadge";
import { sayShare, sayTerms } from "./terms";

const lookMs = 5_000;
const mostShares = 1_000;

/** How a team's score came about: its terms in words and figures, and what each person adds. */
export function Score(props: { campaign: Campaign; teamId: string; asOf?: Timestamp | undefined }) {
  const { campaign, teamId, asOf } = props;
  const query = useQuery(
    CampaignService.method.getTeamScore,
    { teamId, ...(asOf && { asOf }) },
    {
      placeholderData: (before) => before,
      refetchInterval: !asOf && campaign.state === State.RUNNING && lookMs,
    },
  );
  const score = query.data;
  if (score) {
    return <Explained campaign={campaign} score={score} />;
  }
  if (query.isPending) {
    return <Loading />;
  }
  if (query.error.code === Code.NotFound) {
    return <p className="text-soft">This team has closed, or was not there yet.</p>;
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p role="alert">{sayFault(query.error)}</p>
      <Button busy={query.isFetching} look="outline" onClick={() => void query.refetch()} size="small">
        Try again
      </Button>
    </div>
  );
}

function Explained({ campaign, score }: { campaign: Campaign; score: GetTeamScoreResponse }) {
  const { rank, scoreMicros, members, newMembers, activeMembers, frozen } = score;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <b className="text-2xl tabular-nums">{sayScore(scoreMicros, campaign.rules, Scope.TEAMS)}</b>
        <span className="text-soft">
          {rank > 0n ? `place ${rank.toLocaleString()}` : "not on the board yet"}
        </span>
        {frozen && <FrozenBadge />}
      </p>
      <p className="mt-1 text-sm text-soft">
        {counted(BigInt(members), "member", "members")}, {newMembers} new, {activeMembers} checked in.
      </p>
      <dl className="mt-4 flex flex-col divide-y divide-line border-y border-line">
        {sayTerms(score, campaign).map(({ name, figure, how }) => (
          <div className="flex gap-3 py-2" key={name}>
            <dt className="min-w-0 flex-1">
              <span className="block font-semibold">{name}</span>
              <span className="block text-sm text-soft">{how}</span>
            </dt>
            <dd className="font-semibold tabular-nums">{figure}</dd>
          </div>
        ))}
        <div className="flex gap-3 py-2 font-bold">
          <dt className="flex-1">Score</dt>
          <dd className="tabular-nums">{sayScore(scoreMicros, campaign.rules, Scope.TEAMS, 6)}</dd>
        </div>
      </dl>
      <Shares campaign={campaign} shares={score.shares} />
    </>
  );
}

function Shares({ campaign, shares }: { campaign: Campaign; shares: Share[] }) {
  if (shares.length === 0) {
    return null;
  }
  return (
    <section aria-label="Who adds what" className="mt-4">
      <h3 className="mb-1">Who adds what</h3>
      <ul className="flex flex-col divide-y divide-line">
        {shares.map((share) => (
          <ShareRow campaign={campaign} key={share.user?.id} share={share} />
        ))}
      </ul>
      {shares.length >= mostShares && (
        <p className="mt-2 text-sm text-soft">These are the {mostShares.toLocaleString()} who add most.</p>
      )}
    </section>
  );
}

function ShareRow({ campaign, share }: { campaign: Campaign; share: Share }) {
  const user = present(share.user);
  const { figure, how } = sayShare(share, campaign);
  return (
    <li className="flex items-center gap-3 py-2">
      <Avatar size="small" user={user} />
      <div className="min-w-0 flex-1">
        {user ? (
          <Link className="font-semibold hover:underline" params={{ handle: user.handle }} to="/@{$handle}">
            <bdi className="block truncate">{nameOf(user)}</bdi>
          </Link>
        ) : (
          <span className="font-semibold">{nameOf(user)}</span>
        )}
        {how && <p className="text-sm text-soft">{how}</p>}
      </div>
      <span className="tabular-nums">{figure}</span>
    </li>
  );
}
