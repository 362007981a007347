import { getRouteApi, Link } from "@tanstack/react-router";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { PostText } from "../post/PostText";
import { counted } from "../ui/count";
import { Icon } from "../ui/Icon";
import { nameOf } from "../user/name";
import { useLocation } from "../weather/queries";
import { CampaignFrame } from "./CampaignFrame";
import { CheckInPanel } from "./CheckInPanel";
import { CheckIns } from "./CheckIns";
import { Countdown } from "./Countdown";
import { Cover } from "./Cover";
import { ExpectedWeather } from "./ExpectedWeather";
import { Participate } from "./Participate";
import { useParticipation, usePeople } from "./queries";
import { sayRules } from "./rules";
import { Window } from "./Window";

const route = getRouteApi("/campaigns/$campaignId");

/** A campaign: what it is about, taking part, checking in, and who has. */
export function CampaignPage() {
  const { campaignId } = route.useParams();
  return <CampaignFrame campaignId={campaignId}>{(campaign) => <About campaign={campaign} />}</CampaignFrame>;
}

function About({ campaign }: { campaign: Campaign }) {
  const participation = useParticipation(campaign.id);
  return (
    <div className="flex flex-col gap-2.5">
      <Head campaign={campaign} />
      <ExpectedWeather campaign={campaign} />
      <Participate campaign={campaign} participation={participation} />
      <CheckInPanel campaign={campaign} participation={participation} />
      <Rules campaign={campaign} />
      <CheckIns campaign={campaign} organizes={participation?.organizes ?? false} />
    </div>
  );
}

function Head({ campaign }: { campaign: Campaign }) {
  const { text, locationId, participantCount, teamCount, tag } = campaign;
  // A place of the weather may be named by its id.
  const place = useLocation(locationId || undefined).data?.location?.name ?? locationId;
  return (
    <section aria-label="About this campaign" className="panel overflow-hidden">
      <Cover campaign={campaign} className="h-36 w-full sm:h-52" />
      <div className="flex flex-col gap-3 p-4 sm:px-5">
        <Countdown campaign={campaign} />
        <PostText text={text} />
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
          <Organizer id={campaign.organizerId} />
          {locationId && (
            <span className="inline-flex items-center gap-1">
              <Icon name="place" size={16} />
              <span className="sr-only">Place:</span> <bdi>{place}</bdi>
            </span>
          )}
          <span>
            {counted(participantCount, "person", "people")}, {counted(teamCount, "team", "teams")}
          </span>
          <span>posts carry #{tag}</span>
        </p>
        <Window campaign={campaign} />
      </div>
    </section>
  );
}

function Organizer({ id }: { id: string }) {
  const user = usePeople([[id]])(id);
  return (
    <span>
      run by{" "}
      {user ? (
        <Link
          className="font-semibold text-ink hover:underline"
          params={{ handle: user.handle }}
          to="/@{$handle}"
        >
          <bdi>{nameOf(user)}</bdi>
        </Link>
      ) : (
        nameOf(user)
      )}
    </span>
  );
}

function Rules({ campaign }: { campaign: Campaign }) {
  return (
    <details className="panel p-4 sm:px-5">
      <summary className="font-semibold">How it works</summary>
      <ul className="mt-2 flex list-disc flex-col gap-1.5 pl-5 text-soft">
        {sayRules(campaign.rules).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}
