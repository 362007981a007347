import { createConnectQueryKey, createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { type InfiniteData, type QueryClient, useQueries } from "@tanstack/react-query";
import type { ReviewMeta } from "@throng/gen/throng/review/v1/product_pb";
import {
  type GetMyActivityResponse,
  type ListReviewsResponse,
  type Review,
  ReviewService,
} from "@throng/gen/throng/review/v1/review_pb";
import { activityKey } from "./activity";

const { getProduct, getReviewMeta, batchGetReviewMeta, listReviews, listReported, listModeration } =
  ReviewService.method;

/** A product by its id. */
export function useProduct(productId: string) {
  return useQuery(getProduct, { name: { case: "productId", value: productId } }, { staleTime: 5 * 60_000 });
}

/** The sums over the reviews of products; asked for page by page, so that each page asks once. */
export function useMetas(pages: string[][]): (productId: string) => ReviewMeta | undefined {
  const transport = useTransport();
  return useQueries({
    queries: pages
      .filter((productIds) => productIds.length > 0)
      .map((productIds) => createQueryOptions(batchGetReviewMeta, { productIds }, { transport })),
    combine: (results) => {
      const metas = results.flatMap(({ data }) => data?.metas ?? []);
      const known = new Map(metas.map((meta) => [meta.productId, meta]));
      return (productId: string) => known.get(productId);
    },
  });
}

/** Asks anew for a product's reviews, the sums over them and the reader's own, and for those of lists. */
export function refreshReviews(client: QueryClient, productId: string): void {
  for (const queryKey of [
    createConnectQueryKey({ schema: listReviews, input: { productId }, cardinality: "infinite" }),
    createConnectQueryKey({ schema: getReviewMeta, input: { productId }, cardinality: "finite" }),
    createConnectQueryKey({ schema: batchGetReviewMeta, cardinality: "finite" }),
    activityKey(productId),
  ]) {
    void client.invalidateQueries({ queryKey });
  }
}

/** Changes a review in every list held, and as the reader's own; where a patch answers nothing it is out. */
export function patchReview(
  client: QueryClient,
  { id, productId }: Pick<Review, "id" | "productId">,
  patch: (review: Review) => Review | undefined,
): void {
  const one = (review: Review) => {
    const next = review.id === id ? patch(review) : review;
    return next ? [next] : [];
  };
  client.setQueriesData<InfiniteData<ListReviewsResponse>>(
    {
      queryKey: createConnectQueryKey({ schema: listReviews, input: { productId }, cardinality: "infinite" }),
    },
    (data) =>
      data && { ...data, pages: data.pages.map((page) => ({ ...page, reviews: page.reviews.flatMap(one) })) },
  );
  client.setQueriesData<GetMyActivityResponse>({ queryKey: activityKey(productId) }, (data) => {
    const own = data?.review;
    if (!data || own?.id !== id) {
      return data;
    }
    const { review: _, ...others } = data;
    const next = patch(own);
    return next ? { ...others, review: next } : { ...others, hidden: false };
  });
}

/** Asks anew for what a moderator's word changes besides the reviews. */
export function refreshModeration(client: QueryClient, reviewId: string): void {
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({
      schema: listModeration,
      input: { reviewId },
      cardinality: "infinite",
    }),
  });
  // What was decided stays on the open page until it is left.
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: listReported, cardinality: "infinite" }),
    refetchType: "none",
  });
}
