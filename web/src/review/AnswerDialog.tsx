import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  RespondToReviewRequestSchema,
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
import { patchReview, refreshModeration } from "./queries";

/** Sets what the shop answers to a review, or takes it back. */
export function AnswerDialog({ review, onClose }: { review: Review; onClose(): void }) {
  const client = useQueryClient();
  const [response, setResponse] = useState(review.response);
  const { mutateAsync } = useMutation(ReviewService.method.respondToReview);
  const { form, errors, problem, busy } = useForm(RespondToReviewRequestSchema, async (message) => {
    const { review: now } = await mutateAsync(message);
    toast(now?.response ? "The shop has answered." : "The answer is taken back.");
    onClose();
    patchReview(client, review, (each) => now ?? each);
    refreshModeration(client, review.id);
  });
  const back = review.response !== "" && response.trim() === "";
  return (
    <Dialog onClose={onClose} title="Answer as the shop">
      <form
        {...form(
          () => ({ reviewId: review.id, response: response.trim() }),
          !review.response && !response.trim() ? { response: "Fill this in." } : {},
        )}
        className="flex flex-col gap-4"
      >
        <TextArea
          error={errors.response}
          hint={review.response ? "Left empty, the answer is taken back." : "It stands below the review."}
          label="Answer"
          onChange={(event) => setResponse(event.target.value)}
          rows={6}
          value={response}
        />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} look={back ? "danger" : "primary"} type="submit">
            {back ? "Take back" : "Answer"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
