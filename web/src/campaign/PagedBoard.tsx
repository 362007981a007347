import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { BoardStatus } from "./BoardStatus";
import { EmptyBoard } from "./EmptyBoard";
import type { BoardProps } from "./LiveTop";
import { StandingRows } from "./StandingRows";
import { once } from "./standings";

const lookMs = 5_000;

/** A board page by page: of a moment that has passed, or of friends as they stand now. */
export function PagedBoard({ campaign, scope, asOf, isMine, onTeam }: BoardProps & { asOf?: Timestamp }) {
  const query = useInfiniteQuery(
    CampaignService.method.getLeaderboard,
    { campaignId: campaign.id, scope, pageSize: 50, pageToken: "", ...(asOf && { asOf }) },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      // From one moment to the next the rows glide.
      placeholderData: (before) => before,
      refetchInterval: !asOf && campaign.state === State.RUNNING && lookMs,
    },
  );
  const [first] = query.data?.pages ?? [];
  const standings = once(...(query.data?.pages.map((page) => page.standings) ?? []));
  return (
    <>
      {query.isPending && <Loading label="Fetching the board…" />}
      {query.isError && !first && <Faulted error={query.error} retry={query.refetch} />}
      {first && <BoardStatus asOf={asOf} board={first} campaign={campaign} />}
      {first && standings.length === 0 && (
        <EmptyBoard campaign={campaign} past={asOf !== undefined} scope={scope} />
      )}
      <div aria-busy={query.isFetching} className={query.isPlaceholderData ? "opacity-70" : ""}>
        <StandingRows
          isMine={isMine}
          label="Board"
          onTeam={onTeam}
          rules={campaign.rules}
          scope={scope}
          standings={standings}
        />
      </div>
      <More query={query} />
    </>
  );
}
