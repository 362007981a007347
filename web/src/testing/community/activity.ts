import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  GetMyActivityRequest,
  GetMyActivityResponseSchema,
} from "@throng/gen/throng/review/v1/review_pb";
import { productOf } from "./reviews";
import type { Community } from "./store";

/** What somebody did about a product, and about some of its reviews. */
export function activityOf(
  community: Community,
  { productId, reviewIds }: GetMyActivityRequest,
  userId: string,
): MessageInitShape<typeof GetMyActivityResponseSchema> {
  const { id } = productOf(community, productId);
  const all = [...community.reviews.values()].filter(
    ({ review, deleted }) => review.productId === id && !deleted,
  );
  const own = all.find(({ review }) => review.reviewer?.userId === userId);
  const shown = reviewIds.filter((each) => all.some(({ review, hidden }) => review.id === each && !hidden));
  return {
    ...(own && { review: own.review, hidden: own.hidden }),
    helpfulIds: shown.filter((each) => community.helped.has(`${each} ${userId}`)),
    reportedIds: shown.filter((each) => community.reviews.get(each)?.reporters.has(userId)),
  };
}
