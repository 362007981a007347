import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import type { CreateReviewRequestSchema } from "@throng/gen/throng/review/v1/review_pb";

/** A review as it is filled into a form. */
export interface Draft {
  /** 0 until it is chosen. */
  rating: number;
  recommend: "yes" | "no" | undefined;
  summary: string;
  body: string;
  /** By characteristic. */
  values: Record<string, number>;
}

const empty: Draft = { rating: 0, recommend: undefined, summary: "", body: "", values: {} };

/** A draft as it was kept; an empty one where that cannot be read. */
export function draftFrom(kept: string): Draft {
  try {
    return { ...empty, ...(JSON.parse(kept) as Partial<Draft>) };
  } catch {
    return empty;
  }
}

/** The message that stores the review. Only what the product has now is rated. */
export function messageOf(
  draft: Draft,
  { id, characteristics }: Product,
  mediaIds: string[],
): Omit<MessageInitShape<typeof CreateReviewRequestSchema>, "$typeName" | "$unknown"> {
  return {
    productId: id,
    rating: draft.rating,
    recommend: draft.recommend === "yes",
    summary: draft.summary.trim(),
    body: draft.body.trim(),
    mediaIds,
    values: characteristics.flatMap((each) => {
      const value = draft.values[each.id];
      return value ? [{ characteristicId: each.id, value }] : [];
    }),
  };
}
