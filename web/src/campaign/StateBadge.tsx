import { type Campaign, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/Icon";
import { sayState } from "./rules";

/** Where a campaign stands, and whether its boards are frozen. */
export function StateBadge({ campaign }: { campaign: Campaign }) {
  return (
    <>
      <Badge look={campaign.state === State.RUNNING ? "brand" : "plain"}>{sayState(campaign.state)}</Badge>
      {campaign.frozenSince && <FrozenBadge />}
    </>
  );
}

export function FrozenBadge() {
  return (
    <Badge>
      <Icon name="frozen" size={14} />
      Board frozen
    </Badge>
  );
}
