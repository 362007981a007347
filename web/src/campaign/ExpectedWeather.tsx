import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { Icon } from "../ui/Icon";
import { type Measure, measures, sayValue } from "../weather/measures";
import { useClimate, useLocation } from "../weather/queries";
import { isZone } from "./zone";

/** The weather that its place has in its month; nothing where the place is not known for it. */
export function ExpectedWeather({ campaign }: { campaign: Campaign }) {
  const location = useLocation(campaign.locationId || undefined).data?.location;
  const month = monthOf(campaign);
  const warmth = useMonth(location?.id, "temperature", month);
  const damp = useMonth(location?.id, "humidity", month);
  const wind = useMonth(location?.id, "wind", month);
  if (!location || !(warmth || damp || wind)) {
    return null;
  }
  return (
    <section aria-label="Weather to expect" className="panel flex gap-3 p-4 sm:px-5">
      <Icon className="mt-0.5 text-brand" name="weather" />
      <div className="min-w-0">
        <h2 className="text-base">
          <bdi>{location.name}</bdi> in {sayMonth(month)}
        </h2>
        <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
          {warmth && (
            <li>
              <b className="text-ink">{warmth.mean}</b> on average, {warmth.least} to {warmth.greatest}
            </li>
          )}
          {damp && (
            <li>
              <b className="text-ink">{damp.mean}</b> humidity
            </li>
          )}
          {wind && (
            <li>
              <b className="text-ink">{wind.mean}</b> wind
            </li>
          )}
        </ul>
        <Link
          className="mt-1 inline-flex min-h-8 items-center text-sm font-semibold text-brand hover:underline"
          search={{ place: location.id }}
          to="/weather"
        >
          More of its weather
        </Link>
      </div>
    </section>
  );
}

/** A measure in a month of all years, in words. */
function useMonth(locationId: string | undefined, measure: Measure, month: number) {
  const { data } = useClimate(locationId, measure);
  const summary = data?.months.find((each) => each.month === month)?.summary;
  if (!summary || summary.count === 0n) {
    return undefined;
  }
  const { unit } = measures[measure];
  return {
    mean: sayValue(Number(summary.mean), unit),
    least: sayValue((summary.min ?? 0) / 100, unit),
    greatest: sayValue((summary.max ?? 0) / 100, unit),
  };
}

/** The month in which it starts by the clocks of its zone, 1 to 12. */
function monthOf({ startsAt, timeZone }: Campaign): number {
  const zone = isZone(timeZone) ? timeZone : "UTC";
  const parts = new Intl.DateTimeFormat("en", { month: "numeric", timeZone: zone });
  return startsAt ? Number(parts.format(timestampDate(startsAt))) : 0;
}

function sayMonth(month: number): string {
  return new Intl.DateTimeFormat(undefined, { month: "long", timeZone: "UTC" }).format(
    Date.UTC(2024, month - 1, 1),
  );
}
