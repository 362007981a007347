import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { BoardStatus } from "./BoardStatus";
import { EmptyBoard } from "./EmptyBoard";
import type { BoardProps } from "./LiveTop";
import { StandingRows } from "./StandingRows";
import { useLiveBoard } from "./useLiveBoard";

const pageSize = 21;
const followMs = 2_000;

/** The part of a board around the reader, following it where it moves. */
export function AroundMe(props: BoardProps & { asOf?: Timestamp | undefined }) {
  const { campaign, scope, asOf, isMine, onTeam } = props;
  // The stream tells that there is something to ask for.
  const { board, live } = useLiveBoard(campaign.id, scope, 1, !asOf);
  const position = asOf ? 0n : (board?.position ?? 0n);
  const query = useQuery(
    CampaignService.method.getLeaderboard,
    { campaignId: campaign.id, scope, aroundMe: true, pageSize, ...(asOf && { asOf }) },
    {
      placeholderData: (before) => before,
      refetchInterval: ({ state }) => (state.data?.position ?? 0n) < position && followMs,
    },
  );
  const { data } = query;
  return (
    <>
      {query.isPending && <Loading label="Fetching the board…" />}
      {query.isError && !data && <Faulted error={query.error} retry={query.refetch} />}
      {data && <BoardStatus asOf={asOf} board={data} campaign={campaign} {...(!asOf && { live })} />}
      {data?.standings.length === 0 && (
        <EmptyBoard campaign={campaign} past={asOf !== undefined} scope={scope} />
      )}
      {data && data.standings.length > 0 && data.mine.length === 0 && (
        <p className="mb-2 px-1 text-soft">You are not on this board yet: this is its top.</p>
      )}
      <StandingRows
        isMine={isMine}
        label="Board around you"
        onTeam={onTeam}
        rules={campaign.rules}
        scope={scope}
        standings={data?.standings ?? []}
      />
    </>
  );
}
