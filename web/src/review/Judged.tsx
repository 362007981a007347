import { Link } from "@tanstack/react-router";
import type { ReportedReview } from "@throng/gen/throng/review/v1/moderation_pb";
import type { ReactNode } from "react";
import { LongText } from "./LongText";
import { useProduct } from "./queries";
import { Stars } from "./Stars";

type JudgedProps = Pick<ReportedReview, "productId" | "rating" | "summary" | "body" | "reviewerName"> & {
  /** How it stands, beside its product. */
  state?: ReactNode;
};

/** What a review says, for whoever decides on it. */
export function Judged({ productId, rating, summary, body, reviewerName, state }: JudgedProps) {
  const product = useProduct(productId).data?.product;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="min-w-0 grow text-base wrap-anywhere">
          <Link className="hover:underline" params={{ productId }} to="/products/$productId">
            <bdi>{product?.name ?? "The product"}</bdi>
          </Link>
        </h2>
        {state}
      </div>
      <div className="mt-2">
        <Stars label={`${rating} of 5 stars`} value={rating} />{" "}
        <span className="text-sm text-soft">
          by <bdi className="font-semibold text-ink wrap-anywhere">{reviewerName}</bdi>
        </span>
      </div>
      {summary && (
        <h3 className="mt-2 text-base wrap-anywhere" dir="auto">
          {summary}
        </h3>
      )}
      <LongText className="mt-1" text={body} />
    </>
  );
}
