import { Scope } from "@throng/gen/throng/campaign/v1/board_pb";
import { type Campaign, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { Notice } from "../ui/Notice";

/** A board on which nobody is. */
export function EmptyBoard(props: { campaign: Campaign; scope: Scope; past?: boolean }) {
  if (props.past) {
    return <Notice title="Nobody was on the board then" word="..." />;
  }
  const upcoming = props.campaign.state === State.UPCOMING;
  return (
    <Notice
      title={
        props.scope === Scope.FRIENDS
          ? "None of those you follow is on the board"
          : "Nobody is on the board yet"
      }
      word="go"
    >
      {upcoming ? "It fills once the campaign has started." : "Who checks in appears here at once."}
    </Notice>
  );
}
