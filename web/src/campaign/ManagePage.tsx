import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import {
  type Campaign,
  CampaignService,
  UpdateCampaignRequestSchema,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { usePicture } from "../media/usePicture";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { toast } from "../ui/toasts";
import { CampaignFields } from "./CampaignFields";
import { CampaignFrame } from "./CampaignFrame";
import { draftOf, lockedOf, updateOf } from "./draft";
import { Freeze } from "./Freeze";
import { refreshCampaigns, useParticipation } from "./queries";

const route = getRouteApi("/campaigns/$campaignId/manage");

/** The organizer's page of a campaign. */
export function ManagePage() {
  const { campaignId } = route.useParams();
  return (
    <CampaignFrame campaignId={campaignId} part="Manage">
      {(campaign) => <Manage campaign={campaign} />}
    </CampaignFrame>
  );
}

function Manage({ campaign }: { campaign: Campaign }) {
  const participation = useParticipation(campaign.id);
  if (!participation) {
    return <Loading />;
  }
  if (!participation.organizes) {
    return <Notice title="Only who runs this campaign can manage it" word="no" />;
  }
  return (
    <div className="flex flex-col gap-2.5">
      <Freeze campaign={campaign} />
      <p className="panel px-4 py-3 text-sm text-soft sm:px-5">
        A check-in is withdrawn from its menu in the campaign's feed, with its points and its post.
      </p>
      <Edit campaign={campaign} />
    </div>
  );
}

function Edit({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  // What the form began with: what others change meanwhile is not sent back.
  const [before, setBefore] = useState(() => draftOf(campaign));
  const [draft, setDraft] = useState(before);
  const cover = usePicture(campaign.cover);
  const { mutateAsync } = useMutation(CampaignService.method.updateCampaign);
  const { form, errors, problem, busy } = useForm(
    UpdateCampaignRequestSchema,
    async (message) => {
      const answer = await mutateAsync(message);
      const next = draftOf(answer.campaign ?? campaign);
      setBefore(next);
      setDraft(next);
      refreshCampaigns(client);
      toast("The campaign is saved.");
    },
    { window: "ends_at", media_not_ready: "cover_media_id" },
  );
  const read = () => ({
    ...updateOf(campaign.id, before, draft),
    ...(cover.change !== undefined && { coverMediaId: cover.change }),
  });
  return (
    <section aria-label="Edit" className="panel p-4 sm:p-5">
      <h2 className="mb-3 text-lg">Edit</h2>
      <form {...form(read)} className="flex flex-col gap-4">
        <CampaignFields
          cover={cover}
          draft={draft}
          errors={errors}
          locked={lockedOf(campaign)}
          onChange={setDraft}
        />
        <FormProblem text={problem} />
        <Button busy={busy} disabled={!cover.settled} type="submit">
          Save
        </Button>
      </form>
    </section>
  );
}
