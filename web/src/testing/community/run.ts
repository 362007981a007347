import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import {
  type Campaign,
  CampaignSchema,
  type CreateCampaignRequest,
  State,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { CheckIn } from "@throng/gen/throng/campaign/v1/check_in_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { UserSchema } from "@throng/gen/throng/user/v1/user_pb";
import { type Community, fail, type Watcher } from "./store";
import { mustSignIn } from "./users";

/** What scores are made of, in the order in which it was counted. */
export type Fact = { at: number; userId: string } & (
  | { kind: "check_in"; checkInId: string }
  | { kind: "void"; checkInId: string }
  | { kind: "join" | "leave"; teamId: string }
);

/** A campaign with all that happens in it. */
export interface Run {
  campaign: Campaign;
  /** By account. */
  participants: Map<string, { joinedAt: Timestamp; returning: boolean }>;
  teams: Map<string, { team: Team; members: { userId: string; joinedAt: Timestamp }[] }>;
  /** Oldest first. */
  checkIns: CheckIn[];
  facts: Fact[];
  watchers: Set<Watcher>;
}

/** Makes a campaign. */
export function announce(
  community: Community,
  organizerId: string,
  request: Partial<CreateCampaignRequest>,
): Run {
  const { title = "Campaign", tag, timeZone, startsAt, endsAt, freezesAt, rules, coverMediaId } = request;
  const cover = community.media.get(coverMediaId ?? "");
  const campaign = create(CampaignSchema, {
    id: community.nextId(),
    organizerId,
    title,
    text: request.text ?? "",
    locationId: request.locationId ?? "",
    timeZone: timeZone || "UTC",
    tag: tag || title.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
    ...(cover && { cover }),
    ...(startsAt && { startsAt }),
    ...(endsAt && { endsAt }),
    ...(freezesAt && { freezesAt }),
    rules: rules ?? { scoring: { case: "points", value: { perCheckIn: 1 } } },
  });
  const run: Run = {
    campaign,
    participants: new Map(),
    teams: new Map(),
    checkIns: [],
    facts: [],
    watchers: new Set(),
  };
  community.runs.set(campaign.id, run);
  return run;
}

/** Stores a fact and tells those who watch. */
export function count(run: Run, fact: Fact): void {
  run.facts.push(fact);
  for (const watcher of run.watchers) {
    watcher.wake();
  }
}

export function runOf(community: Community, campaignId: string): Run {
  return community.runs.get(campaignId) ?? fail(Code.NotFound, "campaign_unknown", "no such campaign");
}

export function organizes(community: Community, run: Run, userId: string | undefined): boolean {
  return (
    userId === run.campaign.organizerId || community.accounts.get(userId ?? "")?.user.role === Role.ADMIN
  );
}

/** The campaign, if whoever calls may do what its organizer may. */
export function mustOrganize(community: Community, run: Run, context: HandlerContext): Run {
  if (!organizes(community, run, mustSignIn(community, context).account.user.id)) {
    fail(Code.PermissionDenied, "not_organizer", "only its organizer may do that");
  }
  return run;
}

/** Somebody as answers have him: of whoever left there is only the id. */
export function personOf(community: Community, userId: string) {
  return community.accounts.get(userId)?.user ?? create(UserSchema, { id: userId });
}

export function view({ campaign, participants, teams }: Run): Campaign {
  const at = (moment: Timestamp | undefined) => (moment ? timestampMs(moment) : 0);
  const state =
    Date.now() < at(campaign.startsAt)
      ? State.UPCOMING
      : Date.now() < at(campaign.endsAt)
        ? State.RUNNING
        : State.ENDED;
  return {
    ...campaign,
    state,
    participantCount: BigInt(participants.size),
    teamCount: BigInt(teams.size),
  };
}

export function mustRun(run: Run): void {
  if (view(run).state === State.ENDED) {
    fail(Code.FailedPrecondition, "campaign_ended", "the campaign is over");
  }
}
