import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import { type Campaign, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { counted } from "../ui/count";
import { type MaybeUser, nameOf } from "../user/name";
import { Countdown } from "./Countdown";
import { Cover } from "./Cover";
import { StateBadge } from "./StateBadge";
import { sayMoment } from "./zone";

/** One campaign of a list. */
export function CampaignCard({ campaign, organizer }: { campaign: Campaign; organizer: MaybeUser }) {
  const { id, title, state, endsAt, timeZone, participantCount, teamCount } = campaign;
  return (
    <li className="panel lazily-drawn relative overflow-hidden transition-colors hover:bg-raised">
      <Cover campaign={campaign} className="h-28 w-full sm:h-36" />
      <div className="p-4 sm:px-5">
        <p className="mb-1 flex flex-wrap gap-1.5">
          <StateBadge campaign={campaign} />
        </p>
        <h2 className="text-lg">
          {/* The link covers the card. */}
          <Link
            className="after:absolute after:inset-0 after:rounded-panel hover:underline"
            params={{ campaignId: id }}
            to="/campaigns/$campaignId"
          >
            <bdi>{title}</bdi>
          </Link>
        </h2>
        <p className="mb-2 text-sm text-soft">
          by <bdi>{nameOf(organizer)}</bdi> · {counted(participantCount, "person", "people")} ·{" "}
          {counted(teamCount, "team", "teams")}
        </p>
        {state === State.ENDED ? (
          endsAt && <p className="text-sm">Ended {sayMoment(timestampDate(endsAt), timeZone)}</p>
        ) : (
          <Countdown campaign={campaign} />
        )}
      </div>
    </li>
  );
}
