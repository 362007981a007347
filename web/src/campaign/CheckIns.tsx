import { useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Campaign, CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { CheckIn } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { useState } from "react";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice, PostShapes } from "../ui/Notice";
import { useCalm } from "../ui/useCalm";
import { CheckInCard } from "./CheckInCard";
import { restartCheckIns } from "./queries";

const lookMs = 10_000;

/** A campaign's own feed: its check-ins, newest first. */
export function CheckIns({ campaign, organizes }: { campaign: Campaign; organizes: boolean }) {
  const query = useInfiniteQuery(
    CampaignService.method.listCheckIns,
    { campaignId: campaign.id, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      // What is new is looked for apart.
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
    },
  );
  const checkIns = query.data?.pages.flatMap((page) => page.checkIns);
  return (
    <section aria-label="Check-ins">
      <h2 className="mt-2 mb-2 px-1 text-lg">Check-ins</h2>
      {checkIns && <News campaign={campaign} held={checkIns} />}
      {query.isPending && <PostShapes />}
      {query.isError && !checkIns && <Faulted error={query.error} retry={query.refetch} />}
      {checkIns?.length === 0 && (
        <Notice
          title={campaign.state === State.ENDED ? "Nobody checked in" : "No check-ins yet"}
          word="..."
        />
      )}
      <div aria-busy={query.isFetching} aria-label="Check-ins" className="flex flex-col gap-2.5" role="feed">
        {checkIns?.map((checkIn, index) => (
          <CheckInCard checkIn={checkIn} key={checkIn.id} organizes={organizes} position={index + 1} />
        ))}
      </div>
      <More query={query} />
    </section>
  );
}

/** Says that others have checked in since, and brings them in when it is pressed. */
function News({ campaign, held }: { campaign: Campaign; held: CheckIn[] }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { data } = useQuery(
    CampaignService.method.listCheckIns,
    { campaignId: campaign.id, pageSize: 20 },
    { enabled: campaign.state === State.RUNNING, refetchInterval: lookMs },
  );
  const ids = new Set(held.map(({ id }) => id));
  const oldest = held.at(-1)?.id ?? "";
  const fresh = data?.checkIns.filter(({ id }) => !ids.has(id) && id > oldest) ?? [];
  const count = fresh.length === 20 ? "20+" : fresh.length.toString();
  const label = fresh.length > 0 ? `${count} new ${count === "1" ? "check-in" : "check-ins"}` : "";
  const show = async () => {
    setBusy(true);
    await restartCheckIns(client, campaign.id);
    setBusy(false);
  };
  return (
    <>
      <p className="sr-only" role="status">
        {useCalm(label)}
      </p>
      {label && (
        <p className="pb-2.5 text-center">
          <Button busy={busy} data-action="news" onClick={() => void show()} size="small">
            {!busy && <Icon name="up" size={18} />}
            {label}
          </Button>
        </p>
      )}
    </>
  );
}
