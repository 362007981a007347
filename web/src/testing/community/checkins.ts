import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { type CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { type CheckIn, type CheckInRequest, CheckInSchema } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { count, mustOrganize, mustRun, personOf, type Run, runOf, view } from "./run";
import { type Community, fail, now, pageOf } from "./store";
import { teamsOf } from "./teams";
import { mustSignIn } from "./users";

type CheckIns = Pick<ServiceImpl<typeof CampaignService>, "checkIn" | "listCheckIns" | "voidCheckIn">;

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

export function leftToday(run: Run, userId: string): number {
  const day = new Date().toISOString().slice(0, 10);
  const today = run.checkIns.filter(
    (each) =>
      each.user?.id === userId &&
      each.createdAt &&
      new Date(timestampMs(each.createdAt)).toISOString().startsWith(day),
  );
  return (run.campaign.rules?.checkInsPerDay || 10) - today.length;
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

export function checkIns(community: Community): CheckIns {
  const me = (context: HandlerContext) => mustSignIn(community, context).account.user.id;
  return {
    checkIn(request, context) {
      const run = runOf(community, request.campaignId);
      const made = community.once(
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
      mustOrganize(community, run, context);
      const gone = run.checkIns.find(({ id }) => id === checkInId);
      run.checkIns = run.checkIns.filter((each) => each !== gone);
      count(run, { kind: "void", at: Date.now(), userId: gone?.user?.id ?? "", checkInId });
      return {};
    },
  };
}
