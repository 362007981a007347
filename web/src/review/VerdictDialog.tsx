import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { ResolveReportRequestSchema, Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextArea } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { refreshModeration, refreshReviews } from "./queries";

interface VerdictProps {
  reviewId: string;
  /** Its product, where it is known. */
  productId: string | undefined;
  verdict: Verdict.HIDE | Verdict.KEEP;
  onDecided(): void;
  onClose(): void;
}

const words = {
  [Verdict.HIDE]: {
    title: "Hide this review?",
    text: "Nobody sees it any more, and it does not count. You can bring it back.",
    action: "Hide",
    done: "The review is hidden.",
  },
  [Verdict.KEEP]: {
    title: "Keep this review?",
    text: "Everybody sees it, and later reports do not hide it by themselves.",
    action: "Keep",
    done: "The review stays.",
  },
};

/** A moderator's word on a review, with a reason for the record. */
export function VerdictDialog({ reviewId, productId, verdict, onDecided, onClose }: VerdictProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const { mutateAsync } = useMutation(ReviewService.method.resolveReport);
  const { title, text, action, done } = words[verdict];
  const { form, errors, problem, busy } = useForm(ResolveReportRequestSchema, async (message) => {
    await mutateAsync(message);
    toast(done);
    onClose();
    refreshModeration(client, reviewId);
    if (productId) {
      refreshReviews(client, productId);
    }
    onDecided();
  });
  return (
    <Dialog onClose={onClose} title={title}>
      <form {...form(() => ({ reviewId, verdict, reason: reason.trim() }))} className="flex flex-col gap-4">
        <p className="text-soft">{text}</p>
        <TextArea
          error={errors.reason}
          hint="For the record, which other moderators read."
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
          <Button busy={busy} look={verdict === Verdict.HIDE ? "danger" : "primary"} type="submit">
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
