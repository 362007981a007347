import { Code } from "@connectrpc/connect";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { ReactNode } from "react";
import { useTitle } from "../app/useTitle";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { Tabs } from "../ui/Tabs";
import { useCampaign, useParticipation } from "./queries";
import { StateBadge } from "./StateBadge";

/** What the pages of one campaign have in common. */
export function CampaignFrame(props: {
  campaignId: string;
  /** What this page shows of it, for the title. */
  part?: string;
  children(campaign: Campaign): ReactNode;
}) {
  const { campaignId, part } = props;
  const query = useCampaign(campaignId);
  const campaign = query.data?.campaign;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  useTitle(campaign ? [part, campaign.title].filter(Boolean).join(" · ") : "Campaign");
  if (gone) {
    return (
      <>
        <PageHead title="Campaign" />
        <Notice title="There is no such campaign" word="gone">
          Its address is wrong, or it was taken away.
        </Notice>
      </>
    );
  }
  return (
    <>
      <PageHead title={campaign?.title ?? "Campaign"}>
        {campaign && (
          <span className="ml-auto flex flex-wrap justify-end gap-1.5">
            <StateBadge campaign={campaign} />
          </span>
        )}
      </PageHead>
      <CampaignTabs campaignId={campaignId} />
      {query.isPending && <Loading />}
      {query.isError && !campaign && <Faulted error={query.error} retry={query.refetch} />}
      {campaign && props.children(campaign)}
    </>
  );
}

function CampaignTabs({ campaignId }: { campaignId: string }) {
  const organizes = useParticipation(campaignId)?.organizes;
  const params = { campaignId };
  return (
    <Tabs
      label="Campaign"
      tabs={[
        { label: "About", to: "/campaigns/$campaignId", params },
        { label: "Board", to: "/campaigns/$campaignId/board", params },
        { label: "Teams", to: "/campaigns/$campaignId/teams", params, deep: true },
        ...(organizes ? [{ label: "Manage", to: "/campaigns/$campaignId/manage", params } as const] : []),
      ]}
    />
  );
}
