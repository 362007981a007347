import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Campaign, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useNow } from "../ui/useNow";
import { callOut, remaining } from "./remaining";

/**
 * How long until a campaign starts, then until it ends. Eyes see every second;
 * ears are told now and then.
 */
export function Countdown({ campaign }: { campaign: Campaign }) {
  const now = useNow();
  const { state, startsAt, endsAt } = campaign;
  const at = state === State.UPCOMING ? startsAt : endsAt;
  if (state === State.ENDED || !at) {
    return null;
  }
  const what = state === State.UPCOMING ? "Starts" : "Ends";
  const left = timestampMs(at) - now;
  const { days, hours, minutes, seconds } = remaining(left);
  const last = state === State.RUNNING && left <= 60_000;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1" data-countdown>
      <p className="sr-only" role="status">
        {what} {callOut(left)}
      </p>
      <span aria-hidden="true" className="text-sm font-semibold text-soft">
        {what} in
      </span>
      <span
        aria-hidden="true"
        className={`flex gap-3 text-2xl font-extrabold tabular-nums ${last ? "text-heart" : "text-ink"}`}
      >
        {days > 0 && <Part unit="d" value={days} />}
        <Part unit="h" value={hours} />
        <Part unit="min" value={minutes} />
        <Part unit="s" value={seconds} />
      </span>
    </div>
  );
}

function Part({ value, unit }: { value: number; unit: string }) {
  return (
    <span>
      {value.toString().padStart(2, "0")}
      <span className="ml-0.5 text-sm font-semibold text-soft">{unit}</span>
    </span>
  );
}
