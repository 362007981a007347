import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { CampaignService, CreateCampaignRequestSchema } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useKey } from "../app/useKey";
import { useTitle } from "../app/useTitle";
import { usePicture } from "../media/usePicture";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { toast } from "../ui/toasts";
import { useMe } from "../user/useMe";
import { CampaignFields } from "./CampaignFields";
import { createOf, draftOf, lockedOf } from "./draft";
import { refreshCampaigns } from "./queries";

/** Announces a campaign. */
export function NewCampaignPage() {
  const me = useMe();
  useTitle("New campaign");
  return (
    <>
      <PageHead title="New campaign" />
      {me && me.role < Role.ORGANIZER ? (
        <Notice title="Only organizers make campaigns" word="role">
          Ask who runs this Throng to make you one.
        </Notice>
      ) : (
        <NewCampaign />
      )}
    </>
  );
}

function NewCampaign() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(draftOf);
  const cover = usePicture(undefined);
  const { keyFor } = useKey();
  const { mutateAsync } = useMutation(CampaignService.method.createCampaign);
  const { form, errors, problem, busy } = useForm(
    CreateCampaignRequestSchema,
    async (message) => {
      const { campaign } = await mutateAsync(message);
      refreshCampaigns(client);
      if (campaign) {
        toast(`${campaign.title} is announced.`);
        await navigate({ to: "/campaigns/$campaignId", params: { campaignId: campaign.id }, replace: true });
      }
    },
    { window: "ends_at", media_not_ready: "cover_media_id" },
  );
  const read = () => {
    const coverId = cover.change ?? "";
    return createOf(draft, coverId, keyFor(JSON.stringify([draft, coverId])));
  };
  return (
    <form {...form(read)} aria-label="New campaign" className="panel flex flex-col gap-4 p-4 sm:p-5">
      <CampaignFields
        cover={cover}
        draft={draft}
        errors={errors}
        locked={lockedOf(undefined)}
        onChange={setDraft}
      />
      <FormProblem text={problem} />
      <Button busy={busy} disabled={!cover.settled} type="submit">
        Announce
      </Button>
    </form>
  );
}
