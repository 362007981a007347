import { useNavigate } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import type { Review } from "@throng/gen/throng/review/v1/review_pb";
import { lazy, Suspense, useState } from "react";
import { Menu, type MenuAction } from "../ui/Menu";
import { useMe } from "../user/useMe";
import { DeleteReview } from "./DeleteReview";
import { useDoor } from "./useDoor";

const ReportDialog = lazy(() => import("./ReportDialog").then((m) => ({ default: m.ReportDialog })));
const AnswerDialog = lazy(() => import("./AnswerDialog").then((m) => ({ default: m.AnswerDialog })));
const VerdictDialog = lazy(() => import("./VerdictDialog").then((m) => ({ default: m.VerdictDialog })));

type Open = "report" | "delete" | "answer" | "hide";

interface ReviewMenuProps {
  review: Review;
  mine: boolean;
  /** The reader has done so before. */
  reported: boolean;
}

/** The rarer things one can do with a review. */
export function ReviewMenu(props: ReviewMenuProps) {
  const { review } = props;
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const navigate = useNavigate();
  const record = () => void navigate({ to: "/moderation/$reviewId", params: { reviewId: review.id } });
  return (
    <>
      <Menu actions={useActions(props, setOpen, record)} label="More about this review" />
      {open === "delete" && <DeleteReview onClose={close} review={review} />}
      <Suspense>
        {open === "report" && <ReportDialog onClose={close} review={review} />}
        {open === "answer" && <AnswerDialog onClose={close} review={review} />}
        {open === "hide" && (
          <VerdictDialog
            onClose={close}
            // There it can be brought back.
            onDecided={record}
            productId={review.productId}
            reviewId={review.id}
            verdict={Verdict.HIDE}
          />
        )}
      </Suspense>
    </>
  );
}

function useActions(props: ReviewMenuProps, open: (what: Open) => void, record: () => void) {
  const { review, mine, reported } = props;
  const role = useMe()?.role ?? Role.MEMBER;
  const pass = useDoor();
  const actions: MenuAction[] = [];
  if (mine) {
    actions.push({ label: "Delete review", icon: "trash", danger: true, onSelect: () => open("delete") });
  } else if (reported) {
    actions.push({ label: "You reported it", icon: "flag" });
  } else {
    actions.push({ label: "Report review", icon: "flag", onSelect: () => pass(() => open("report")) });
  }
  if (role >= Role.ORGANIZER) {
    const label = review.response ? "Change the shop's answer" : "Answer as the shop";
    actions.push({ label, icon: "shop", onSelect: () => open("answer") });
  }
  if (role >= Role.MODERATOR) {
    actions.push(
      { label: "What was done to it", icon: "clock", onSelect: record },
      { label: "Hide review", icon: "block", danger: true, onSelect: () => open("hide") },
    );
  }
  return actions;
}
