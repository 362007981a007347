import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Campaign,
  type CreateCampaignRequestSchema,
  type RulesSchema,
  State,
  type UpdateCampaignRequestSchema,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { limitsOf } from "./rules";
import { fromWall, isZone, ownZone, toWall, type WallTime } from "./zone";

/** A campaign as it is filled into a form: words as they are typed, times by the clocks of its zone. */
export interface Draft {
  title: string;
  text: string;
  locationId: string;
  tag: string;
  timeZone: string;
  startsAt: WallTime;
  endsAt: WallTime;
  /** Empty for never. */
  freezesAt: WallTime;
  scoring: "points" | "togetherness";
  perCheckIn: string;
  /** Empty for no cap. */
  dailyCap: string;
  teamSize: string;
  teamsPerPerson: string;
  checkInsPerDay: string;
  teamNeeded: boolean;
}

export type CreateInit = MessageInitShape<typeof CreateCampaignRequestSchema>;
export type UpdateInit = MessageInitShape<typeof UpdateCampaignRequestSchema>;

/** The form of a campaign that is there, or an empty one. */
export function draftOf(campaign?: Campaign): Draft {
  const timeZone = campaign && isZone(campaign.timeZone) ? campaign.timeZone : campaign ? "UTC" : ownZone();
  const wall = (at: Timestamp | undefined) => (at ? toWall(timestampDate(at), timeZone) : "");
  const limits = limitsOf(campaign?.rules);
  return {
    title: campaign?.title ?? "",
    text: campaign?.text ?? "",
    locationId: campaign?.locationId ?? "",
    tag: campaign?.tag ?? "",
    timeZone,
    startsAt: wall(campaign?.startsAt),
    endsAt: wall(campaign?.endsAt),
    freezesAt: wall(campaign?.freezesAt),
    scoring: campaign && !limits.points ? "togetherness" : "points",
    perCheckIn: String(limits.points?.perCheckIn ?? 1),
    dailyCap: limits.points?.dailyCap ? String(limits.points.dailyCap) : "",
    teamSize: String(limits.teamSize),
    teamsPerPerson: String(limits.teamsPerPerson),
    checkInsPerDay: String(limits.checkInsPerDay),
    teamNeeded: limits.teamNeeded,
  };
}

/** What of a campaign can still be changed. */
export function lockedOf(campaign: Campaign | undefined) {
  const state = campaign?.state ?? State.UPCOMING;
  return {
    /** Rules, time zone and start. */
    rules: state !== State.UPCOMING,
    /** The freeze and the end. */
    end: state === State.ENDED,
    /** Given once. */
    tag: campaign !== undefined,
  };
}

const greatest = 2 ** 31 - 1;

/** What is no number is a negative one: the contract's rules refuse it at its field. */
function numberOf(text: string): number {
  const read = text.trim() === "" ? 0 : Number(text);
  return Number.isInteger(read) ? Math.min(greatest, Math.max(-1, read)) : -1;
}

function at(wall: WallTime, timeZone: string): Timestamp | undefined {
  const date = isZone(timeZone) ? fromWall(wall, timeZone) : undefined;
  return date && timestampFromDate(date);
}

function rulesOf(draft: Draft): MessageInitShape<typeof RulesSchema> {
  return {
    teamSize: numberOf(draft.teamSize),
    teamsPerPerson: numberOf(draft.teamsPerPerson),
    checkInsPerDay: numberOf(draft.checkInsPerDay),
    teamNeeded: draft.teamNeeded,
    scoring:
      draft.scoring === "points"
        ? {
            case: "points",
            value: { perCheckIn: numberOf(draft.perCheckIn), dailyCap: numberOf(draft.dailyCap) },
          }
        : { case: "togetherness", value: {} },
  };
}

/** The message that makes the campaign. */
export function createOf(draft: Draft, coverMediaId: string, idempotencyKey: string): CreateInit {
  const { title, text, locationId, tag, timeZone } = draft;
  const startsAt = at(draft.startsAt, timeZone);
  const endsAt = at(draft.endsAt, timeZone);
  const freezesAt = at(draft.freezesAt, timeZone);
  return {
    title: title.trim(),
    text,
    coverMediaId,
    locationId: locationId.trim(),
    timeZone,
    tag: tag.trim().replace(/^#/, "").toLowerCase(),
    ...(startsAt && { startsAt }),
    ...(endsAt && { endsAt }),
    ...(freezesAt && { freezesAt }),
    rules: rulesOf(draft),
    idempotencyKey,
  };
}

const ruleFields = [
  "scoring",
  "perCheckIn",
  "dailyCap",
  "teamSize",
  "teamsPerPerson",
  "checkInsPerDay",
  "teamNeeded",
] as const;

/** The message that changes a campaign from what it was into what is filled in; what is the same is left out. */
export function updateOf(campaignId: string, before: Draft, draft: Draft): UpdateInit {
  const differs = (...names: readonly (keyof Draft)[]) => names.some((name) => before[name] !== draft[name]);
  const { timeZone } = draft;
  const startsAt = differs("startsAt", "timeZone") && at(draft.startsAt, timeZone);
  const endsAt = differs("endsAt", "timeZone") && at(draft.endsAt, timeZone);
  const freezesAt = differs("freezesAt", "timeZone") && at(draft.freezesAt, timeZone);
  return {
    campaignId,
    ...(differs("title") && { title: draft.title.trim() }),
    ...(differs("text") && { text: draft.text }),
    ...(differs("locationId") && { locationId: draft.locationId.trim() }),
    ...(differs("timeZone") && { timeZone }),
    ...(startsAt && { startsAt }),
    ...(endsAt && { endsAt }),
    ...(freezesAt && { freezesAt }),
    ...(before.freezesAt && !draft.freezesAt && { neverFreezes: true }),
    ...(differs(...ruleFields) && { rules: rulesOf(draft) }),
  };
}
