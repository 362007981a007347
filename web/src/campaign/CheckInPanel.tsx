import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import { type Campaign, type Participation, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { type ReactNode, useId } from "react";
import { PictureButton } from "../media/PictureButton";
import { UploadTray } from "../media/UploadTray";
import { Button, buttonClass } from "../ui/Button";
import { Counter, GrowingText } from "../ui/GrowingText";
import { Avatar } from "../user/Avatar";
import { useMe } from "../user/useMe";
import { closedBecause } from "./rules";
import { maxPictures, useCheckIn } from "./useCheckIn";
import { sayMoment } from "./zone";

/** Checks in, or says why that cannot be done just now. */
export function CheckInPanel(props: { campaign: Campaign; participation: Participation | undefined }) {
  const { campaign, participation } = props;
  if (!participation?.joined || campaign.state === State.ENDED) {
    return null;
  }
  const closed = closedBecause(campaign, participation);
  return (
    <section aria-label="Check in" className="panel p-4 sm:px-5">
      <CheckInForm
        campaignId={campaign.id}
        closed={closed && <Closed campaign={campaign} reason={closed} />}
      />
    </section>
  );
}

function Closed(props: { campaign: Campaign; reason: ReturnType<typeof closedBecause> }) {
  const { campaign, reason } = props;
  switch (reason) {
    case "campaign_not_started":
      return (
        <>
          Check-ins open {campaign.startsAt && sayMoment(timestampDate(campaign.startsAt), campaign.timeZone)}
          .
        </>
      );
    case "team_needed":
      return (
        <span className="flex flex-wrap items-center justify-between gap-3">
          Here only members of a team may check in.
          <Link
            className={buttonClass("outline", "small")}
            params={{ campaignId: campaign.id }}
            to="/campaigns/$campaignId/teams"
          >
            Find or make a team
          </Link>
        </span>
      );
    case "daily_check_ins":
      return (
        <>That was the last check-in of this day. The next day begins at midnight ({campaign.timeZone}).</>
      );
    default:
      return null;
  }
}

function CheckInForm({ campaignId, closed }: { campaignId: string; closed: ReactNode }) {
  const form = useCheckIn(campaignId, !closed);
  const { pictures, problem, left } = form;
  const id = useId();
  return (
    <form
      aria-label="Check in"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        form.addPictures([...event.dataTransfer.files].filter((file) => file.type.startsWith("image/")));
      }}
      onSubmit={(event) => {
        event.preventDefault();
        form.checkIn();
      }}
    >
      <div className="flex gap-3">
        <Avatar user={useMe()} />
        <div className="-ml-1.5 min-w-0 flex-1">
          <GrowingText
            aria-describedby={`${id}-problem`}
            aria-invalid={problem || left < 0 ? true : undefined}
            aria-label="Words to your check-in"
            onChange={(event) => form.setText(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.checkIn()}
            placeholder="Say something, or just check in"
            rows={1}
            value={form.text}
          />
          <p className="text-sm font-medium text-danger empty:hidden" id={`${id}-problem`} role="alert">
            {problem}
          </p>
          <UploadTray onRemove={pictures.remove} uploads={pictures.uploads} />
          <div className="mt-2 flex items-center gap-2">
            <PictureButton
              disabled={pictures.full}
              label={pictures.full ? `No more than ${maxPictures} pictures` : "Add pictures"}
              multiple
              onFiles={form.addPictures}
            />
            <Counter left={left} />
            <Button
              aria-describedby={closed ? `${id}-closed` : undefined}
              busy={form.busy}
              className="ml-auto"
              disabled={!form.ready}
              type="submit"
            >
              Check in
            </Button>
          </div>
        </div>
      </div>
      {closed && (
        <div className="mt-3 border-t border-line pt-3 text-sm text-soft" id={`${id}-closed`}>
          {closed}
        </div>
      )}
    </form>
  );
}
