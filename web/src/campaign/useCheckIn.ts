import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { faultOf } from "@throng/sdk";
import { useState } from "react";
import { sayFault, sayViolations } from "../app/faults";
import { useDraft } from "../app/useDraft";
import { useKey } from "../app/useKey";
import { useUploads } from "../media/useUploads";
import { toast } from "../ui/toasts";
import { useMe } from "../user/useMe";
import { bringCheckIns, refreshAfterCheckIn, refreshCampaigns } from "./queries";

const maxCharacters = 1900;
export const maxPictures = 4;
const closings = new Set([
  "not_joined",
  "campaign_not_started",
  "campaign_ended",
  "team_needed",
  "daily_check_ins",
]);

/** The state of a check-in that is being made. Words and pictures are welcome, not needed. */
export function useCheckIn(campaignId: string, open: boolean) {
  const client = useQueryClient();
  const me = useMe();
  const [text, setText] = useDraft(`throng.checkin.${campaignId}`);
  const [problem, setProblem] = useState("");
  const pictures = useUploads(maxPictures);
  const { keyFor, spend } = useKey();
  const { mutate, isPending } = useMutation(CampaignService.method.checkIn, {
    onSuccess: ({ checkIn }) => {
      spend();
      setText("");
      pictures.clear();
      if (checkIn && me) {
        bringCheckIns(client, campaignId, [{ ...checkIn, user: me }]);
      }
      refreshAfterCheckIn(client, campaignId);
      toast("You are checked in.");
    },
    onError: (err) => {
      if (closings.has(faultOf(err).reason)) {
        // The page is behind: with what it learns now, the form says so itself, or goes.
        toast(sayFault(err), "failed");
        refreshCampaigns(client);
        return;
      }
      const [broken] = Object.values(sayViolations(err));
      setProblem(broken ?? sayFault(err));
    },
  });

  const left = maxCharacters - [...text].length;
  const ready = open && left >= 0 && pictures.settled && !isPending;
  return {
    text,
    setText(next: string) {
      setProblem("");
      setText(next);
    },
    pictures,
    addPictures(files: File[]) {
      if (pictures.add(files) > 0) {
        toast(`A check-in has at most ${maxPictures} pictures.`, "failed");
      }
    },
    problem,
    left,
    ready,
    busy: isPending,
    checkIn() {
      if (ready) {
        const message = { campaignId, text, mediaIds: pictures.mediaIds };
        setProblem("");
        // A second try after a broken connection is the same check-in.
        mutate({ ...message, idempotencyKey: keyFor(JSON.stringify(message)) });
      }
    },
  };
}
