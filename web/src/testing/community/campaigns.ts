import { create } from "@bufbuild/protobuf";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import {
  CampaignSchema,
  CampaignService,
  State,
  type UpdateCampaignRequest,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { boards } from "./boards";
import { checkIns, leftToday } from "./checkins";
import { announce, mustOrganize, mustRun, organizes, type Run, runOf, view } from "./run";
import { type Community, fail, now, pageOf } from "./store";
import { teams, teamsOf } from "./teams";
import { callerOf, mustSignIn } from "./users";

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
  return (router: ConnectRouter) =>
    router.service(CampaignService, {
      createCampaign(request, context) {
        const id = me(context);
        if (community.account(id).user.role < Role.ORGANIZER) {
          fail(Code.PermissionDenied, "role", "only organizers may do that");
        }
        const campaign = community.once(
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
        const run = mustOrganize(community, runOf(community, request.campaignId), context);
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

      ...teams(community),
      ...checkIns(community),
      ...boards(community, (context) => callerOf(community, context)?.account.user.id),
      freezeLeaderboard({ campaignId, frozen }, context) {
        const run = mustOrganize(community, runOf(community, campaignId), context);
        const { frozenSince: _, ...rest } = run.campaign;
        run.campaign = create(CampaignSchema, { ...rest, ...(frozen && { frozenSince: now() }) });
        for (const watcher of run.watchers) {
          watcher.wake();
        }
        return frozen ? { frozenSince: run.campaign.frozenSince } : {};
      },
    });
}
