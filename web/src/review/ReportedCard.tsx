import { type ReportedReview, Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import { useState } from "react";
import { Badge } from "../ui/Badge";
import { counted } from "../ui/count";
import { Time } from "../ui/Time";
import { Judged } from "./Judged";
import { ReviewRecord } from "./ReviewRecord";
import { type Decided, Verdicts } from "./Verdicts";

/** A review that waits for a moderator, with what is said against it. */
export function ReportedCard({ reported }: { reported: ReportedReview }) {
  const { reviewId, productId } = reported;
  const [decided, setDecided] = useState<Decided>();
  return (
    <li className="panel p-4 sm:px-5">
      <Judged {...reported} state={<State decided={decided} hidden={reported.hidden} />} />
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
