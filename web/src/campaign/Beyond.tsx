import { useInfiniteQuery } from "@connectrpc/connect-query";
import type { Standing } from "@throng/gen/throng/campaign/v1/board_pb";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useState } from "react";
import { Button } from "../ui/Button";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import type { BoardProps } from "./LiveTop";
import { StandingRows } from "./StandingRows";
import { idOf, once } from "./standings";

/** Places after the live top, page by page. They stand still until they are asked for anew. */
export function Beyond({ campaign, scope, top, isMine, onTeam }: BoardProps & { top: Standing[] }) {
  const [open, setOpen] = useState(false);
  const query = useInfiniteQuery(
    CampaignService.method.getLeaderboard,
    { campaignId: campaign.id, scope, pageSize: 100, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      enabled: open,
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
    },
  );
  if (!open) {
    return (
      <p className="py-6 text-center">
        <Button look="outline" onClick={() => setOpen(true)}>
          Show the places after these
        </Button>
      </p>
    );
  }
  const held = new Set(top.map(idOf));
  const last = top.at(-1)?.rank ?? 0n;
  const standings = once(...(query.data?.pages.map((page) => page.standings) ?? [])).filter(
    (each) => !held.has(idOf(each)) && each.rank > last,
  );
  return (
    <section aria-label="Further places" className="mt-4">
      <div className="mb-1.5 flex items-center justify-between gap-3 px-1">
        <h2 className="text-base">Further places</h2>
        <Button busy={query.isRefetching} look="quiet" onClick={() => void query.refetch()} size="small">
          Look again
        </Button>
      </div>
      {query.isPending && <Loading />}
      {query.isError && standings.length === 0 && <Faulted error={query.error} retry={query.refetch} />}
      <StandingRows
        isMine={isMine}
        label="Further places"
        onTeam={onTeam}
        rules={campaign.rules}
        scope={scope}
        standings={standings}
      />
      <More query={query} />
    </section>
  );
}
