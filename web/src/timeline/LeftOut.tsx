import type { Freshness, GetHomeTimelineResponse } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { Button } from "../ui/Button";
import { counted } from "../ui/count";
import { idOf } from "./order";

/** Something that belongs here may not be here. */
function isLacking({ freshness }: Pick<GetHomeTimelineResponse, "freshness">): boolean {
  return freshness !== undefined && (!freshness.complete || freshness.itemsDegraded > 0);
}

/**
 * Where to say that posts are left out: "top", the id of the post before which
 * they may be missing, or "end"; nothing where all is there.
 */
export function placeOfLeftOut(pages: GetHomeTimelineResponse[]) {
  const at = pages.findIndex(isLacking);
  const freshness = pages[at]?.freshness;
  if (!freshness) {
    return undefined;
  }
  const [first] = pages.slice(at).flatMap((page) => page.items);
  return { place: at === 0 ? "top" : first ? idOf(first) : "end", freshness };
}

/** Says in one line that the timeline lacks something, and looks again. */
export function LeftOut(props: { freshness: Freshness; busy: boolean; onAgain(): void }) {
  const { complete, itemsDegraded } = props.freshness;
  return (
    <p className="flex flex-wrap items-center justify-center text-sm text-soft" role="status">
      {complete
        ? `${counted(BigInt(itemsDegraded), "post is", "posts are")} left out.`
        : "Some posts are missing."}
      <Button busy={props.busy} look="quiet" onClick={props.onAgain} size="small">
        Look again
      </Button>
    </p>
  );
}
