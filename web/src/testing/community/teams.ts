import { create } from "@bufbuild/protobuf";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { type Team, TeamSchema } from "@throng/gen/throng/campaign/v1/team_pb";
import { count, mustRun, personOf, type Run, runOf } from "./run";
import { type Community, fail, now, pageOf } from "./store";
import { mustSignIn } from "./users";

type Teams = Pick<
  ServiceImpl<typeof CampaignService>,
  "createTeam" | "joinTeam" | "leaveTeam" | "makeCaptain" | "getTeam" | "listTeams" | "listTeamMembers"
>;

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

export function teamsOf(run: Run, userId: string): Team[] {
  return [...run.teams.values()]
    .filter(({ members }) => members.some((member) => member.userId === userId))
    .map(({ team }) => team);
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

export function teams(community: Community): Teams {
  const me = (context: HandlerContext) => mustSignIn(community, context).account.user.id;
  return {
    createTeam({ campaignId, name, idempotencyKey }, context) {
      const run = runOf(community, campaignId);
      const team = community.once(
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
  };
}
