import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Review, ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { sayFault } from "../app/faults";
import { Confirm } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { patchReview, refreshReviews } from "./queries";

/** Asks whether one's own review is to go, and takes it away. */
export function DeleteReview({ review, onClose }: { review: Review; onClose(): void }) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation(ReviewService.method.deleteReview, {
    onSuccess: () => {
      toast("Your review is deleted.");
      onClose();
      patchReview(client, review, () => undefined);
      refreshReviews(client, review.productId);
    },
    onError: (err) => toast(sayFault(err), "failed"),
  });
  return (
    <Confirm
      action="Delete review"
      busy={isPending}
      onClose={onClose}
      onConfirm={() => mutate({ reviewId: review.id })}
      title="Delete your review?"
    >
      It goes with its pictures, and nothing brings it back. You may write another one.
    </Confirm>
  );
}
