import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import {
  type Campaign,
  CampaignSchema,
  CampaignService,
  type CreateCampaignRequest,
  State,
  type UpdateCampaignRequest,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { type CheckIn, type CheckInRequest, CheckInSchema } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { type Team, TeamSchema } from "@throng/gen/throng/campaign/v1/team_pb";
import { UserSchema } from "@throng/gen/throng/user/v1/user_pb";
import { boards } from "./boards";
import { type Community, fail, now, pageOf, type Watcher } from "./store";
import { callerOf, mustSignIn } from "./users";

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

/** Lets somebody into a team, whatever the rules say. */
export function joinTeam(run: Run, teamId: string, userId: string): void {
  const entry = run.teams.get(teamId) ?? fail(Code.NotFound, "team_unknown", "no such team");
  entry.members.push({ userId, joinedAt: now() });
  entry.team.memberCount = entry.members.length;
  count(run, { kind: "join", at: Date.now(), userId, teamId });
}

/** Makes a team with its captain in it. */
export function makeTeam(community: Community, run: Run, name: string, captainId: string): Team {
  const team = create(TeamSchema, {
    id: community.nextId(),
    campaignId: run.campaign.id,
    name,
    captainId,
    createdAt: now(),
  });
  run.teams.set(team.id, { team, members: [] });
  joinTeam(run, team.id, captainId);
  return team;
}

/** Checks somebody in, whatever the rules say. */
export function checkIn(
  community: Community,
  run: Run,
  userId: string,
  request: Partial<CheckInRequest>,
): CheckIn {
  const made = create(CheckInSchema, {
    id: community.nextId(),
    campaignId: run.campaign.id,
    user: { id: userId },
    text: request.text ?? "",
    media: (request.mediaIds ?? []).map(
      (id) => community.media.get(id) ?? fail(Code.FailedPrecondition, "media_not_ready", "not arrived"),
    ),
    createdAt: now(),
  });
  run.checkIns.push(made);
  count(run, { kind: "check_in", at: Date.now(), userId, checkInId: made.id });
  return made;
}

export function runOf(community: Community, campaignId: string): Run {
  return community.runs.get(campaignId) ?? fail(Code.NotFound, "campaign_unknown", "no such campaign");
}

/** A team that has not closed, with its campaign. */
export function teamOf(community: Community, teamId: string) {
  for (const run of community.runs.values()) {
    const entry = run.teams.get(teamId);
    if (entry) {
      return { run, entry };
    }
  }
  return fail(Code.NotFound, "team_unknown", "no such team");
}

export function organizes(community: Community, run: Run, userId: string | undefined): boolean {
  return (
    userId === run.campaign.organizerId || community.accounts.get(userId ?? "")?.user.role === Role.ADMIN
  );
}

/** Somebody as answers have him: of whoever left there is only the id. */
export function personOf(community: Community, userId: string) {
  return community.accounts.get(userId)?.user ?? create(UserSchema, { id: userId });
}

function view({ campaign, participants, teams }: Run): Campaign {
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

function mustRun(run: Run): void {
  if (view(run).state === State.ENDED) {
    fail(Code.FailedPrecondition, "campaign_ended", "the campaign is over");
  }
}

function teamsOf(run: Run, userId: string): Team[] {
  return [...run.teams.values()]
    .filter(({ members }) => members.some((member) => member.userId === userId))
    .map(({ team }) => team);
}

function leftToday(run: Run, userId: string): number {
  const day = new Date().toISOString().slice(0, 10);
  const today = run.checkIns.filter(
    (each) =>
      each.user?.id === userId &&
      each.createdAt &&
      new Date(timestampMs(each.createdAt)).toISOString().startsWith(day),
  );
  return (run.campaign.rules?.checkInsPerDay || 10) - today.length;
}

function participation(community: Community, run: Run, userId: string) {
  const part = run.participants.get(userId);
  return {
    campaignId: run.campaign.id,
    joined: part !== undefined,
    ...(part && { joinedAt: part.joinedAt }),
    returningCustomer: part?.returning ?? false,
    teams: teamsOf(run, userId),
    checkInsLeftToday: Math.max(0, leftToday(run, userId)),
    organizes: organizes(community, run, userId),
  };
}

function mayJoin(run: Run, userId: string): void {
  mustRun(run);
  if (!run.participants.has(userId)) {
    fail(Code.FailedPrecondition, "not_joined", "join the campaign first");
  }
  if (teamsOf(run, userId).length >= (run.campaign.rules?.teamsPerPerson || 1)) {
    fail(Code.FailedPrecondition, "too_many_teams", "no further team");
  }
}

function mayCheckIn(run: Run, userId: string): void {
  mustRun(run);
  if (view(run).state === State.UPCOMING) {
    fail(Code.FailedPrecondition, "campaign_not_started", "it has not started");
  }
  if (!run.participants.has(userId)) {
    fail(Code.FailedPrecondition, "not_joined", "join the campaign first");
  }
  if (run.campaign.rules?.teamNeeded && teamsOf(run, userId).length === 0) {
    fail(Code.FailedPrecondition, "team_needed", "a team is needed");
  }
  if (leftToday(run, userId) <= 0) {
    fail(Code.ResourceExhausted, "daily_check_ins", "no further check-in on this day");
  }
}

function update(community: Community, run: Run, request: UpdateCampaignRequest): void {
  const { campaign } = run;
  const started = view(run).state !== State.UPCOMING;
  if (started && (request.rules || request.startsAt || request.timeZone !== undefined)) {
    fail(Code.FailedPrecondition, "campaign_started", "it has started");
  }
  campaign.title = request.title ?? campaign.title;
  campaign.text = request.text ?? campaign.text;
  campaign.locationId = request.locationId ?? campaign.locationId;
  campaign.timeZone = request.timeZone ?? campaign.timeZone;
  const { startsAt = campaign.startsAt, endsAt = campaign.endsAt, rules = campaign.rules } = request;
  const freezesAt = request.neverFreezes ? undefined : (request.freezesAt ?? campaign.freezesAt);
  const cover =
    request.coverMediaId === undefined ? campaign.cover : community.media.get(request.coverMediaId);
  const { freezesAt: _, cover: __, ...rest } = campaign;
  run.campaign = create(CampaignSchema, {
    ...rest,
    ...(startsAt && { startsAt }),
    ...(endsAt && { endsAt }),
    ...(rules && { rules }),
    ...(freezesAt && { freezesAt }),
    ...(cover && { cover }),
  });
}

export function campaigns(community: Community) {
  const me = (context: HandlerContext) => mustSignIn(community, context).account.user.id;
  const mustOrganize = (run: Run, context: HandlerContext) => {
    if (!organizes(community, run, me(context))) {
      fail(Code.PermissionDenied, "not_organizer", "only its organizer may do that");
    }
    return run;
  };
  const once = <T>(key: string, held: (id: string) => T | undefined, make: () => { id: string } & T): T => {
    const before = held(community.keys.get(key) ?? "");
    if (before) {
      return before;
    }
    const made = make();
    community.keys.set(key, made.id);
    return made;
  };
  return (router: ConnectRouter) =>
    router.service(CampaignService, {
      createCampaign(request, context) {
        const id = me(context);
        if (community.account(id).user.role < Role.ORGANIZER) {
          fail(Code.PermissionDenied, "role", "only organizers may do that");
        }
        const campaign = once(
          `campaign ${id} ${request.idempotencyKey}`,
          (before) => community.runs.get(before)?.campaign,
          () => announce(community, id, request).campaign,
        );
        return { campaign: view(runOf(community, campaign.id)) };
      },
      getCampaign: ({ campaignId }) => ({ campaign: view(runOf(community, campaignId)) }),
      listCampaigns(request) {
        const all = [...community.runs.values()]
          .map(view)
          .filter((each) => request.state === State.UNSPECIFIED || each.state === request.state)
          .filter((each) => !request.organizerId || each.organizerId === request.organizerId)
          .reverse();
        const { part, nextPageToken } = pageOf(all, (each) => each.id, request);
        return { campaigns: part, nextPageToken };
      },
      updateCampaign(request, context) {
        const run = mustOrganize(runOf(community, request.campaignId), context);
        update(community, run, request);
        return { campaign: view(run) };
      },
      joinCampaign({ campaignId, returningCustomer }, context) {
        const run = runOf(community, campaignId);
        mustRun(run);
        if (!run.participants.has(me(context))) {
          run.participants.set(me(context), { joinedAt: now(), returning: returningCustomer });
        }
        return { participation: participation(community, run, me(context)) };
      },
      getParticipation: ({ campaignId }, context) => ({
        participation: participation(community, runOf(community, campaignId), me(context)),
      }),

      createTeam({ campaignId, name, idempotencyKey }, context) {
        const run = runOf(community, campaignId);
        const team = once(
          `team ${me(context)} ${idempotencyKey}`,
          (before) => run.teams.get(before)?.team,
          () => {
            mayJoin(run, me(context));
            if ([...run.teams.values()].some((each) => each.team.name.toLowerCase() === name.toLowerCase())) {
              fail(Code.AlreadyExists, "team_name_taken", "this name is taken");
            }
            return makeTeam(community, run, name, me(context));
          },
        );
        return { team };
      },
      joinTeam({ teamId }, context) {
        const { run, entry } = teamOf(community, teamId);
        if (!entry.members.some((member) => member.userId === me(context))) {
          mayJoin(run, me(context));
          if (entry.members.length >= (run.campaign.rules?.teamSize || 10)) {
            fail(Code.FailedPrecondition, "team_full", "this team is full");
          }
          joinTeam(run, teamId, me(context));
        }
        return { team: entry.team };
      },
      leaveTeam({ teamId }, context) {
        const { run, entry } = teamOf(community, teamId);
        const userId = me(context);
        mustRun(run);
        if (entry.team.captainId === userId && entry.members.length > 1) {
          fail(Code.FailedPrecondition, "captain_must_hand_over", "hand the team over first");
        }
        entry.members = entry.members.filter((member) => member.userId !== userId);
        entry.team.memberCount = entry.members.length;
        if (entry.members.length === 0) {
          run.teams.delete(teamId);
        }
        count(run, { kind: "leave", at: Date.now(), userId, teamId });
        return {};
      },
      makeCaptain({ teamId, userId }, context) {
        const { entry } = teamOf(community, teamId);
        if (entry.team.captainId !== me(context)) {
          fail(Code.PermissionDenied, "not_captain", "only the captain may do that");
        }
        if (!entry.members.some((member) => member.userId === userId)) {
          fail(Code.FailedPrecondition, "not_member", "only a member can be captain");
        }
        entry.team.captainId = userId;
        return { team: entry.team };
      },
      getTeam: ({ teamId }) => ({ team: teamOf(community, teamId).entry.team }),
      listTeams(request) {
        const prefix = request.prefix.toLowerCase();
        const all = [...runOf(community, request.campaignId).teams.values()]
          .map(({ team }) => team)
          .filter((team) => team.name.toLowerCase().startsWith(prefix))
          .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
        const { part, nextPageToken } = pageOf(all, (team) => team.id, request);
        return { teams: part, nextPageToken };
      },
      listTeamMembers(request) {
        const { entry } = teamOf(community, request.teamId);
        const { part, nextPageToken } = pageOf(entry.members, (member) => member.userId, request);
        const members = part.map(({ userId, joinedAt }) => ({
          user: personOf(community, userId),
          joinedAt,
          captain: userId === entry.team.captainId,
        }));
        return { members, nextPageToken };
      },

      checkIn(request, context) {
        const run = runOf(community, request.campaignId);
        const made = once(
          `check-in ${me(context)} ${request.idempotencyKey}`,
          (before) => run.checkIns.find(({ id }) => id === before),
          () => {
            mayCheckIn(run, me(context));
            return checkIn(community, run, me(context), request);
          },
        );
        return { checkIn: made };
      },
      listCheckIns(request) {
        const all = [...runOf(community, request.campaignId).checkIns].reverse();
        const { part, nextPageToken } = pageOf(all, (each) => each.id, request);
        const checkIns = part.map((each) => ({ ...each, user: personOf(community, each.user?.id ?? "") }));
        return { checkIns, nextPageToken };
      },
      voidCheckIn({ checkInId }, context) {
        const run =
          [...community.runs.values()].find(({ checkIns }) => checkIns.some(({ id }) => id === checkInId)) ??
          fail(Code.NotFound, "check_in_unknown", "no such check-in");
        mustOrganize(run, context);
        const gone = run.checkIns.find(({ id }) => id === checkInId);
        run.checkIns = run.checkIns.filter((each) => each !== gone);
        count(run, { kind: "void", at: Date.now(), userId: gone?.user?.id ?? "", checkInId });
        return {};
      },

      ...boards(community, (context) => callerOf(community, context)?.account.user.id),
      freezeLeaderboard({ campaignId, frozen }, context) {
        const run = mustOrganize(runOf(community, campaignId), context);
        const { frozenSince: _, ...rest } = run.campaign;
        run.campaign = create(CampaignSchema, { ...rest, ...(frozen && { frozenSince: now() }) });
        for (const watcher of run.watchers) {
          watcher.wake();
        }
        return frozen ? { frozenSince: run.campaign.frozenSince } : {};
      },
    });
}
