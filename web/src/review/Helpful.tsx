import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Review, ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { sayFault } from "../app/faults";
import { counted } from "../ui/count";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/toasts";
import { refreshActivity } from "./activity";
import { patchReview } from "./queries";
import { useDoor } from "./useDoor";

interface HelpfulProps {
  review: Review;
  mine: boolean;
  /** The reader has said so before. */
  said: boolean;
}

/** Says once that a review helped; of one's own it is told only how many people it did. */
export function Helpful({ review, mine, said }: HelpfulProps) {
  const { helpfulCount } = review;
  const pass = useDoor();
  const { mark, done } = useMark(review);
  const marked = said || done;
  const count = helpfulCount > 0n ? helpfulCount.toLocaleString() : "";
  if (mine) {
    return helpfulCount > 0n ? (
      <p className="mt-3 text-sm text-soft">It helped {counted(helpfulCount, "person", "people")}.</p>
    ) : null;
  }
  return (
    <footer className="mt-2 -mb-2">
      <button
        aria-disabled={marked || undefined}
        aria-label={`${marked ? "This helped you" : "Helpful"}, ${counted(helpfulCount, "person", "people")}`}
        className={`-ml-2.5 inline-flex min-h-10 items-center gap-2 rounded-full px-2.5 text-sm font-medium tabular-nums transition-colors ${marked ? "text-brand" : "text-soft hover:bg-ground hover:text-ink"}`}
        onClick={() => !marked && pass(mark)}
        type="button"
      >
        <Icon className={marked ? "animate-pop" : ""} filled={marked} name="thumb" size={20} />
        {marked ? "Helped you" : "Helpful"} {count && <span>{count}</span>}
      </button>
    </footer>
  );
}

/** Shown at once, and undone if it fails. */
function useMark(review: Review): { mark(): void; done: boolean } {
  const client = useQueryClient();
  const count = (by: bigint) =>
    patchReview(client, review, (each) => ({ ...each, helpfulCount: each.helpfulCount + by }));
  const { mutate, isPending, isSuccess } = useMutation(ReviewService.method.markHelpful, {
    onMutate: () => count(1n),
    onSuccess: ({ helpfulCount }) => {
      patchReview(client, review, (each) => ({ ...each, helpfulCount }));
      refreshActivity(client, review.productId);
    },
    onError: (err) => {
      count(-1n);
      toast(sayFault(err), "failed");
    },
  });
  return { mark: () => mutate({ reviewId: review.id }), done: isPending || isSuccess };
}
