import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  ReportReviewRequestSchema,
  type Review,
  ReviewService,
} from "@throng/gen/throng/review/v1/review_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextArea } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { refreshActivity } from "./activity";

/** Asks the moderators to look at a review. */
export function ReportDialog({ review, onClose }: { review: Review; onClose(): void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const { mutateAsync } = useMutation(ReviewService.method.reportReview);
  const { form, errors, problem, busy } = useForm(ReportReviewRequestSchema, async (message) => {
    await mutateAsync(message);
    toast("Thank you. The moderators will look at it.");
    refreshActivity(client, review.productId);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title="Report this review?">
      <form {...form(() => ({ reviewId: review.id, reason: reason.trim() }))} className="flex flex-col gap-4">
        <p className="text-soft">
          For spam, insults, or what has nothing to do with the product. A bad opinion is no reason.
        </p>
        <TextArea
          error={errors.reason}
          hint="Only moderators read it."
          label="What is wrong with it (optional)"
          onChange={(event) => setReason(event.target.value)}
          rows={3}
          value={reason}
        />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} type="submit">
            Report
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
