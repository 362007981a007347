import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { ModerationEntry_Action as Action, Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { sayFault } from "../app/faults";
import { useTitle } from "../app/useTitle";
import { Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { useMe } from "../user/useMe";
import { Judged } from "./Judged";
import { NoModerator } from "./ModerationPage";
import { ReviewRecord, useRecord } from "./ReviewRecord";
import { type Decided, Verdicts } from "./Verdicts";

const route = getRouteApi("/moderation/$reviewId");

/** What was done to one review, and a word on it: a hidden one is brought back here. */
export function RecordPage() {
  const { reviewId } = route.useParams();
  const me = useMe();
  useTitle("Record of a review");
  return (
    <>
      <PageHead title="Record of a review" />
      {!me && <Loading />}
      {me && (me.role >= Role.MODERATOR ? <Record reviewId={reviewId} /> : <NoModerator />)}
    </>
  );
}

const words: Partial<Record<Action, Decided>> = {
  [Action.HIDDEN]: Verdict.HIDE,
  [Action.KEPT]: Verdict.KEEP,
};

function Record({ reviewId }: { reviewId: string }) {
  const { data, error, refetch } = useRecord(reviewId);
  if (error?.code === Code.NotFound || error?.code === Code.InvalidArgument) {
    return (
      <Notice title="There is no such review" word="gone">
        Its address is wrong.
      </Notice>
    );
  }
  // The last word counts, also after later reports that have not hidden it.
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const deleted = entries.some(({ action }) => action === Action.DELETED);
  const last = entries.find(({ action }) => words[action] || action === Action.HIDDEN_BY_REPORTS);
  return (
    <section aria-label="Record" className="panel p-4 sm:p-5">
      <TheReview reviewId={reviewId} />
      <p className="mb-4 font-semibold" role="status">
        {data && sayState(deleted ? Action.DELETED : last?.action)}
      </p>
      <ReviewRecord reviewId={reviewId} />
      {data && !deleted && (
        <Verdicts
          decided={last && words[last.action]}
          onDecided={() => void refetch()}
          productId={undefined}
          reviewId={reviewId}
        />
      )}
    </section>
  );
}

/** What it says, hidden or not; of a deleted one that is gone. */
function TheReview({ reviewId }: { reviewId: string }) {
  const { data, error } = useQuery(ReviewService.method.getReview, { reviewId });
  const review = data?.review;
  if (error && error.code !== Code.NotFound && !review) {
    return (
      <p className="mb-4 text-soft" role="alert">
        {sayFault(error)}
      </p>
    );
  }
  return (
    review && (
      <div className="mb-4 border-b border-line pb-4">
        <Judged {...review} reviewerName={review.reviewer?.name ?? ""} />
      </div>
    )
  );
}

function sayState(action: Action | undefined): string {
  switch (action) {
    case Action.HIDDEN:
      return "A moderator has hidden it.";
    case Action.HIDDEN_BY_REPORTS:
      return "It is hidden until a moderator decides.";
    case Action.DELETED:
      return "Who wrote it has deleted it.";
    default:
      return "Everybody sees it.";
  }
}
