import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { sayMoment, sayOwnMoment } from "./zone";

/** When a campaign starts, freezes and ends, by the clock of its place and by one's own. */
export function Window({ campaign }: { campaign: Campaign }) {
  const { startsAt, freezesAt, endsAt, timeZone } = campaign;
  return (
    <dl className="flex flex-col gap-1 text-sm">
      <Line at={startsAt} what="Start" zone={timeZone} />
      <Line at={freezesAt} what="Board freezes" zone={timeZone} />
      <Line at={endsAt} what="End" zone={timeZone} />
    </dl>
  );
}

function Line({ what, at, zone }: { what: string; at: Timestamp | undefined; zone: string }) {
  if (!at) {
    return null;
  }
  const date = timestampDate(at);
  const own = sayOwnMoment(date, zone);
  return (
    <div className="gap-3 sm:flex">
      <dt className="shrink-0 text-soft sm:w-28">{what}</dt>
      <dd>
        <time dateTime={date.toISOString()}>{sayMoment(date, zone)}</time>
        {own && <span className="text-soft"> · {own} for you</span>}
      </dd>
    </div>
  );
}
