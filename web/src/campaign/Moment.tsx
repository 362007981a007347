import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useNavigate } from "@tanstack/react-router";
import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useEffect, useId, useState } from "react";
import { useSession } from "../app/services";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { BoardSearch } from "./BoardPage";
import { fromWall, isZone, sayMoment, toWall } from "./zone";

const pauseMs = 200;

/** Which part of a board and of which moment: the top or around oneself, now or then. */
export function Moment({ campaign, search }: { campaign: Campaign; search: BoardSearch }) {
  const session = useSession();
  const navigate = useNavigate();
  const [open, setOpen] = useState(search.at !== undefined);
  const id = useId();
  const go = (next: BoardSearch) =>
    void navigate({
      to: "/campaigns/$campaignId/board",
      params: { campaignId: campaign.id },
      search: next,
      replace: true,
      resetScroll: false,
    });
  const { at, around, ...rest } = search;
  const toggle = () => {
    setOpen(!open);
    if (open && at) {
      go({ ...rest, ...(around && { around }) });
    }
  };
  return (
    <div className="mb-2.5">
      <div className="flex flex-wrap gap-2">
        {session && search.scope !== "friends" && (
          <Button
            aria-pressed={Boolean(around)}
            look={around ? "primary" : "outline"}
            onClick={() => go({ ...rest, ...(at && { at }), ...(!around && { around: true }) })}
            size="small"
          >
            <Icon name="person" size={18} />
            Around me
          </Button>
        )}
        <Button
          aria-controls={open ? id : undefined}
          aria-expanded={open}
          look={open ? "primary" : "outline"}
          onClick={toggle}
          size="small"
        >
          <Icon name="clock" size={18} />
          {open ? "Back to now" : "Look back"}
        </Button>
      </div>
      {open && (
        <div className="panel mt-2.5 p-4 sm:px-5" id={id}>
          <Picker at={at} campaign={campaign} onPick={(next) => go({ ...search, at: next })} />
        </div>
      )}
    </div>
  );
}

/** A moment between a campaign's start and its end or now, by a slider or to the second. */
function Picker(props: { campaign: Campaign; at: string | undefined; onPick(at: string): void }) {
  const { campaign, at, onPick } = props;
  const zone = isZone(campaign.timeZone) ? campaign.timeZone : "UTC";
  const start = campaign.startsAt ? timestampMs(campaign.startsAt) : 0;
  const [now] = useState(() => Date.now() - 1000);
  const end = Math.max(start, Math.min(now, campaign.endsAt ? timestampMs(campaign.endsAt) : now));
  const [picked, setPicked] = useState(at ? Date.parse(at) : end);
  const id = useId();
  usePicked(picked, at, onPick);
  const pick = (ms: number) => setPicked(Math.min(end, Math.max(start, ms)));
  return (
    <>
      <label className="mb-1 block text-sm font-semibold" htmlFor={`${id}-slider`}>
        Board at
      </label>
      <input
        aria-valuetext={sayMoment(new Date(picked), zone, "short")}
        className="w-full accent-brand"
        id={`${id}-slider`}
        max={end}
        min={start}
        onChange={(event) => pick(event.target.valueAsNumber)}
        step={1000}
        type="range"
        value={picked}
      />
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <label className="text-sm text-soft" htmlFor={`${id}-exact`}>
          To the second ({zone.replaceAll("_", " ")})
        </label>
        <input
          className="rounded-field border border-edge bg-raised px-3 py-1.5 tabular-nums hover:border-ink"
          id={`${id}-exact`}
          max={toWall(new Date(end), zone, true)}
          min={toWall(new Date(start), zone, true)}
          onChange={(event) => {
            const read = fromWall(event.target.value, zone);
            if (read) {
              pick(read.getTime());
            }
          }}
          step={1}
          type="datetime-local"
          value={toWall(new Date(picked), zone, true)}
        />
      </div>
    </>
  );
}

/** Tells what is picked once the hand rests. */
function usePicked(picked: number, at: string | undefined, onPick: (at: string) => void) {
  useEffect(() => {
    const next = new Date(picked).toISOString();
    if (next === at) {
      return;
    }
    const timer = setTimeout(() => onPick(next), pauseMs);
    return () => clearTimeout(timer);
  });
}
