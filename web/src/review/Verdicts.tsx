import { Verdict } from "@throng/gen/throng/review/v1/moderation_pb";
import { lazy, Suspense, useState } from "react";
import { Button } from "../ui/Button";

const VerdictDialog = lazy(() => import("./VerdictDialog").then((m) => ({ default: m.VerdictDialog })));

export type Decided = Verdict.HIDE | Verdict.KEEP;

interface VerdictsProps {
  reviewId: string;
  /** Its product, where it is known. */
  productId: string | undefined;
  /** What has been said last; it can be said otherwise. */
  decided: Decided | undefined;
  onDecided(verdict: Decided): void;
}

/** The two words that a moderator has on a review. */
export function Verdicts({ reviewId, productId, decided, onDecided }: VerdictsProps) {
  const [asked, setAsked] = useState<Decided>();
  return (
    <div className="mt-3 flex flex-wrap gap-2.5">
      <Button
        disabled={decided === Verdict.KEEP}
        look="outline"
        onClick={() => setAsked(Verdict.KEEP)}
        size="small"
      >
        {decided === Verdict.HIDE ? "Bring back" : "Keep"}
      </Button>
      <Button
        disabled={decided === Verdict.HIDE}
        look="warning"
        onClick={() => setAsked(Verdict.HIDE)}
        size="small"
      >
        Hide
      </Button>
      <Suspense>
        {asked && (
          <VerdictDialog
            onClose={() => setAsked(undefined)}
            onDecided={() => onDecided(asked)}
            productId={productId}
            reviewId={reviewId}
            verdict={asked}
          />
        )}
      </Suspense>
    </div>
  );
}
