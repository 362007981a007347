import { Link, useNavigate } from "@tanstack/react-router";
import type { GetCoursePageResponse } from "@throng/gen/throng/course/v1/page_pb";
import type { Review } from "@throng/gen/throng/review/v1/review_pb";
import { useId } from "react";
import { Breakdown } from "../review/Breakdown";
import { LongText } from "../review/LongText";
import { Stars } from "../review/Stars";
import type { ReviewSearch } from "../review/search";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Time } from "../ui/Time";
import { Part } from "./Part";

interface CourseReviewsProps {
  page: GetCoursePageResponse;
  busy: boolean;
  onRetry(): void;
}

/** What reviews add up to and the first of them; all of them are on the page of the product. */
export function CourseReviews({ page, ...again }: CourseReviewsProps) {
  const productId = productOf(page);
  const navigate = useNavigate();
  const open = (search: ReviewSearch) =>
    void navigate({ to: "/products/$productId", params: { productId }, search });
  return (
    <div className="flex flex-col gap-4">
      <Part {...again} result={page.reviewMeta?.result} what="The sum of its reviews">
        {({ meta }) =>
          meta ? (
            <Breakdown meta={meta} onSearch={open} search={{}} />
          ) : (
            <p className="text-soft">This course is not reviewed.</p>
          )
        }
      </Part>
      <Part {...again} result={page.reviews?.result} what="What people say">
        {({ reviews }) =>
          reviews.length > 0 && (
            <ul aria-label="First reviews" className="flex flex-col gap-4">
              {reviews.map((review) => (
                <FirstReview key={review.id} review={review} />
              ))}
            </ul>
          )
        }
      </Part>
      {productId && (
        <p>
          <Link className={buttonClass("outline")} params={{ productId }} to="/products/$productId">
            <Icon name="star" size={20} />
            All reviews
          </Link>
        </p>
      )}
    </div>
  );
}

/** The product of the reviews, by whichever part of the page knows it. */
function productOf({ course, reviewMeta, reviews }: GetCoursePageResponse): string {
  if (course?.result.case === "content") {
    return course.result.value.productId;
  }
  if (reviewMeta?.result.case === "content") {
    return reviewMeta.result.value.meta?.productId ?? "";
  }
  return reviews?.result.case === "content" ? (reviews.result.value.reviews[0]?.productId ?? "") : "";
}

function FirstReview({ review }: { review: Review }) {
  const { rating, summary, body, reviewer, createdAt } = review;
  const labelId = useId();
  return (
    <li className="border-t border-line pt-4">
      <article aria-labelledby={labelId}>
        <header id={labelId}>
          <Stars label={`${rating} of 5 stars`} value={rating} />
          <p className="mt-1 text-sm text-soft">
            by <bdi className="font-semibold text-ink wrap-anywhere">{reviewer?.name || "Somebody"}</bdi> ·{" "}
            <Time at={createdAt} />
          </p>
        </header>
        {summary && (
          <h3 className="mt-2 text-base wrap-anywhere" dir="auto">
            {summary}
          </h3>
        )}
        <LongText className="mt-1" text={body} />
      </article>
    </li>
  );
}
