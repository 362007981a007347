import { Link } from "@tanstack/react-router";
import { type ReportedReview, Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import { useState } from "react";
import { Badge } from "../ui/Badge";
import { counted } from "../ui/count";
import { Time } from "../ui/Time";
import { LongText } from "./LongText";
import { useProduct } from "./queries";
import { ReviewRecord } from "./ReviewRecord";
import { Stars } from "./Stars";
import { type Decided, Verdicts } from "./Verdicts";

/** A review that waits for a moderator, with what is said against it. */
export function ReportedCard({ reported }: { reported: ReportedReview }) {
  const { reviewId, productId, rating, summary, body, reviewerName } = reported;
  const [decided, setDecided] = useState<Decided>();
  const product = useProduct(productId).data?.product;
  return (
    <li className="panel p-4 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="min-w-0 grow text-base wrap-anywhere">
          <Link className="hover:underline" params={{ productId }} to="/products/$productId">
            <bdi>{product?.name ?? "The product"}</bdi>
          </Link>
        </h2>
        <State decided={decided} hidden={reported.hidden} />
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
      <Reports reported={reported} />
      <History reviewId={reviewId} />
      <Verdicts decided={decided} onDecided={setDecided} productId={productId} reviewId={reviewId} />
    </li>
  );
}

function State({ decided, hidden }: { decided: Decided | undefined; hidden: boolean }) {
  if (decided) {
    return (
      <span role="status">
        <Badge look="brand">{decided === Verdict.HIDE ? "Hidden" : "Kept"}</Badge>
      </span>
    );
  }
  return hidden ? <Badge look="plain">hidden until you decide</Badge> : null;
}

function Reports({ reported }: { reported: ReportedReview }) {
  const { reportCount, reportedAt, reasons } = reported;
  return (
    <section aria-label="Reports" className="mt-3 rounded-2xl bg-ground px-4 py-3">
      <p className="text-sm text-soft">
        <b className="text-ink">{counted(reportCount, "report", "reports")}</b>, the first{" "}
        <Time at={reportedAt} />
      </p>
      {reasons.length > 0 && (
        <ul className="mt-1.5 flex list-disc flex-col gap-1 pl-5">
          {reasons.map((reason, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two people may say the same
            <li className="wrap-anywhere" dir="auto" key={index}>
              {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The record, asked for when it is opened. */
function History({ reviewId }: { reviewId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-9 text-sm font-semibold">What was done to it</summary>
      {open && <ReviewRecord reviewId={reviewId} />}
    </details>
  );
}
