import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { buttonClass } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Score } from "./Score";

/** Explains the score of a team on a board, as the board has it. */
export function ScoreDialog(props: {
  campaign: Campaign;
  team: Team;
  asOf?: Timestamp | undefined;
  onClose(): void;
}) {
  const { campaign, team } = props;
  return (
    <Dialog onClose={props.onClose} title={team.name}>
      <Score asOf={props.asOf} campaign={campaign} teamId={team.id} />
      <p className="mt-5">
        <Link
          className={buttonClass("outline", "small")}
          params={{ campaignId: campaign.id, teamId: team.id }}
          to="/campaigns/$campaignId/teams/$teamId"
        >
          Go to the team
        </Link>
      </p>
    </Dialog>
  );
}
