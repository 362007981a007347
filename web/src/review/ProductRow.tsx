import { Link } from "@tanstack/react-router";
import type { Product, ReviewMeta } from "@throng/gen/throng/review/v1/product_pb";
import { counted } from "../ui/count";
import { Stars } from "./Stars";
import { sayMean } from "./sums";

/** One product of a list, with what people make of it. */
export function ProductRow({ product, meta }: { product: Product; meta: ReviewMeta | undefined }) {
  return (
    <li className="panel lazily-drawn relative p-4 transition-colors hover:bg-raised sm:px-5">
      <h2 className="text-base wrap-anywhere">
        {/* The link covers the row. */}
        <Link
          className="after:absolute after:inset-0 after:rounded-panel hover:underline"
          params={{ productId: product.id }}
          to="/products/$productId"
        >
          <bdi>{product.name}</bdi>
        </Link>
      </h2>
      <p className="mt-1 flex min-h-5 flex-wrap items-center gap-2 text-sm text-soft">
        {meta && meta.total > 0n && (
          <>
            <Stars
              label={`${sayMean(meta.meanRating)} of 5 stars`}
              size={16}
              value={Number(meta.meanRating)}
            />
            <span>{counted(meta.total, "review", "reviews")}</span>
          </>
        )}
        {meta?.total === 0n && "No reviews yet"}
      </p>
    </li>
  );
}
