import type { Review } from "@throng/gen/throng/review/v1/review_pb";
import { useState } from "react";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Time } from "../ui/Time";
import { DeleteReview } from "./DeleteReview";
import { LongText } from "./LongText";
import { Stars } from "./Stars";

/** One's own review, where others write theirs. A hidden one is nowhere else, and stands there whole. */
export function YourReview({ review, hidden }: { review: Review; hidden: boolean }) {
  const [deleting, setDeleting] = useState(false);
  const { rating, summary, body, createdAt } = review;
  return (
    <section aria-label="Your review" className="mt-4 rounded-2xl bg-ground px-4 py-3">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-base">Your review</h2>
        <Button look="outline" onClick={() => setDeleting(true)} size="small">
          <Icon name="trash" size={18} />
          Delete
        </Button>
      </div>
      <p className="flex flex-wrap items-center gap-2 text-sm text-soft">
        <Stars label={`You gave it ${rating} of 5 stars`} value={rating} />
        <Time at={createdAt} />
        {hidden && <Badge look="plain">hidden</Badge>}
      </p>
      {hidden ? (
        <>
          <p className="mt-1 text-sm text-soft">
            Only you and the moderators see it, and it does not count: people have reported it, or a moderator
            has hidden it.
          </p>
          {summary && (
            <p className="mt-2 font-semibold wrap-anywhere" dir="auto">
              {summary}
            </p>
          )}
          <LongText className="mt-1" text={body} />
        </>
      ) : (
        <p className="mt-1 line-clamp-2 text-sm text-soft wrap-anywhere" dir="auto">
          {summary || body}
        </p>
      )}
      {deleting && <DeleteReview onClose={() => setDeleting(false)} review={review} />}
    </section>
  );
}
