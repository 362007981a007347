import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { type CheckIn, VoidCheckInRequestSchema } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextArea } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { nameOf } from "../user/name";
import { dropCheckIn, present, refreshAfterCheckIn } from "./queries";

/** Withdraws a check-in with its points and its post, for a reason that is kept. */
export function VoidDialog({ checkIn, onClose }: { checkIn: CheckIn; onClose(): void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const { mutateAsync } = useMutation(CampaignService.method.voidCheckIn);
  const { form, errors, problem, busy } = useForm(VoidCheckInRequestSchema, async (message) => {
    await mutateAsync(message);
    toast("The check-in is withdrawn.");
    onClose();
    dropCheckIn(client, checkIn);
    refreshAfterCheckIn(client, checkIn.campaignId);
  });
  return (
    <Dialog onClose={onClose} title="Withdraw this check-in?">
      <form {...form(() => ({ checkInId: checkIn.id, reason }))} className="flex flex-col gap-4">
        <p className="text-soft">
          {nameOf(present(checkIn.user))} and every team it counted for lose its points, and its post goes.
          Nothing brings it back.
        </p>
        <TextArea
          error={errors.reason}
          hint="For the record."
          label="Why (optional)"
          onChange={(event) => setReason(event.target.value)}
          rows={3}
          value={reason}
        />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} look="danger" type="submit">
            Withdraw
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
