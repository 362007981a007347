import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { Badge } from "../ui/Badge";
import { FrozenBadge } from "./StateBadge";
import type { LiveBoard } from "./standings";
import { sayMoment } from "./zone";

/** Of when a board is, whether it moves, and how many are on it. */
export function BoardStatus(props: {
  campaign: Campaign;
  board: Omit<LiveBoard, "standings">;
  /** It follows the server; absent for a board that does not move by itself. */
  live?: boolean;
  asOf?: Timestamp | undefined;
}) {
  const { campaign, board, live, asOf } = props;
  const { size, countedAt, frozen, final } = board;
  return (
    <p className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 px-1 text-sm text-soft">
      {final && !asOf && <Badge look="brand">Final</Badge>}
      {frozen && <FrozenBadge />}
      {live !== undefined && !final && !frozen && (
        <Badge look={live ? "glow" : "plain"}>{live ? "Live" : "Connecting…"}</Badge>
      )}
      {asOf && <span>as it was on {sayMoment(timestampDate(asOf), campaign.timeZone, "short")}</span>}
      <span className="tabular-nums">{size.toLocaleString()} on the board</span>
      {!asOf && countedAt && (
        <span className="tabular-nums">
          last change {sayMoment(timestampDate(countedAt), campaign.timeZone, "short")}
        </span>
      )}
    </p>
  );
}
