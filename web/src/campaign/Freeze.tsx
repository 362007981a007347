import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Campaign, CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/toasts";
import { refreshCampaigns } from "./queries";
import { sayMoment } from "./zone";

/** Freezes the boards for everybody else, and lets them go on. */
export function Freeze({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const since = campaign.frozenSince;
  const { mutate, isPending } = useMutation(CampaignService.method.freezeLeaderboard, {
    onSuccess: ({ frozenSince }) => toast(frozenSince ? "The boards are frozen." : "The boards are live."),
    onError: (err) => toast(sayFault(err), "failed"),
    onSettled: () => {
      setAsking(false);
      refreshCampaigns(client);
    },
  });
  return (
    <section
      aria-label="Boards"
      className="panel flex flex-wrap items-center justify-between gap-3 p-4 sm:p-5"
    >
      <div className="min-w-0 flex-1">
        <h2 className="text-lg">Boards</h2>
        <p className="text-soft">
          {since
            ? `Frozen since ${sayMoment(timestampDate(since), campaign.timeZone)}: everybody but you sees them as they were then.`
            : "Live for everybody."}
        </p>
      </div>
      <Button look="outline" onClick={() => setAsking(true)}>
        <Icon name="frozen" size={20} />
        {since ? "Unfreeze" : "Freeze"}
      </Button>
      {asking && (
        <Confirm
          action={since ? "Unfreeze" : "Freeze"}
          busy={isPending}
          look="primary"
          onClose={() => setAsking(false)}
          onConfirm={() => mutate({ campaignId: campaign.id, frozen: !since })}
          title={since ? "Unfreeze the boards?" : "Freeze the boards?"}
        >
          {since
            ? "Everybody sees the present places at once, also where the campaign's own clock froze them."
            : "Everybody but you sees the boards as they are now, until you unfreeze them. Check-ins go on counting."}
        </Confirm>
      )}
    </section>
  );
}
