import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createConnectQueryKey, createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { type InfiniteData, type QueryClient, useQueries } from "@tanstack/react-query";
import { type Campaign, CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { CheckIn, ListCheckInsResponse } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { type User, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useSession } from "../app/services";
import type { MaybeUser } from "../user/name";

const lookMs = 60_000;
// Everybody's clock strikes at once; not everybody has to ask at once.
const spreadMs = 500 + Math.random() * 1500;

/** A campaign, asked for anew when it starts, freezes or ends by the device's clock. */
export function useCampaign(campaignId: string) {
  return useQuery(
    CampaignService.method.getCampaign,
    { campaignId },
    { refetchInterval: ({ state }) => untilChange(state.data?.campaign) },
  );
}

function untilChange(campaign: Campaign | undefined): number | false {
  if (!campaign || campaign.state === State.ENDED) {
    return false;
  }
  const { startsAt, freezesAt, endsAt, frozenSince, state } = campaign;
  const next =
    state === State.UPCOMING
      ? startsAt
      : freezesAt && !frozenSince && isAhead(freezesAt)
        ? freezesAt
        : endsAt;
  const left = next ? timestampMs(next) - Date.now() : lookMs;
  return Math.min(Math.max(left, 0) + spreadMs, lookMs);
}

function isAhead(at: NonNullable<Campaign["freezesAt"]>): boolean {
  return timestampMs(at) > Date.now();
}

/** How the reader takes part; undefined for a visitor, and until it is known. */
export function useParticipation(campaignId: string) {
  const session = useSession();
  const query = useQuery(
    CampaignService.method.getParticipation,
    { campaignId },
    // At midnight there is a new day to check in on.
    { enabled: session !== null, refetchInterval: lookMs },
  );
  return session ? query.data?.participation : undefined;
}

/** People by their ids; null is somebody who left, undefined somebody who is asked for. */
export function usePeople(pages: string[][]): (id: string) => MaybeUser {
  const transport = useTransport();
  return useQueries({
    queries: pages
      .map((ids) => [...new Set(ids)].sort())
      .filter((ids) => ids.length > 0)
      .map((ids) => createQueryOptions(UserService.method.batchGetUsers, { ids }, { transport })),
    combine: (results) => {
      const known = new Map(results.flatMap(({ data }) => data?.users ?? []).map((user) => [user.id, user]));
      const asking = results.some((result) => result.isPending);
      return (id: string) => known.get(id) ?? (asking ? undefined : null);
    },
  });
}

/** Somebody as an answer has him: of whoever left there is only the id. */
export function present(user: User | undefined): User | null {
  return user?.handle ? user : null;
}

/** Asks anew for all that is shown of campaigns. */
export function refreshCampaigns(client: QueryClient): void {
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: CampaignService, cardinality: undefined }),
  });
}

type CheckIns = InfiniteData<ListCheckInsResponse>;

function checkInsOf(campaignId: string) {
  return createConnectQueryKey({
    schema: CampaignService.method.listCheckIns,
    input: { campaignId },
    cardinality: "infinite",
  });
}

/** Puts check-ins on top of a campaign's feed, each once. */
export function bringCheckIns(client: QueryClient, campaignId: string, checkIns: CheckIn[]): void {
  client.setQueriesData<CheckIns>({ queryKey: checkInsOf(campaignId) }, (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (!data || !first) {
      return data;
    }
    const held = new Set(data.pages.flatMap((page) => page.checkIns.map(({ id }) => id)));
    const fresh = checkIns.filter(({ id }) => !held.has(id));
    return { ...data, pages: [{ ...first, checkIns: [...fresh, ...first.checkIns] }, ...rest] };
  });
}

/** Takes a check-in out of a campaign's feed, and out of what was looked up for it. */
export function dropCheckIn(client: QueryClient, { campaignId, id }: CheckIn): void {
  const without = (page: ListCheckInsResponse) => ({
    ...page,
    checkIns: page.checkIns.filter((each) => each.id !== id),
  });
  client.setQueriesData<CheckIns>(
    { queryKey: checkInsOf(campaignId) },
    (data) => data && { ...data, pages: data.pages.map(without) },
  );
  client.setQueriesData<ListCheckInsResponse>(
    {
      queryKey: createConnectQueryKey({
        schema: CampaignService.method.listCheckIns,
        input: { campaignId },
        cardinality: "finite",
      }),
    },
    (data) => data && without(data),
  );
}

/** Begins a campaign's feed anew, from the top. */
export function restartCheckIns(client: QueryClient, campaignId: string): Promise<void> {
  const queryKey = checkInsOf(campaignId);
  client.setQueriesData<CheckIns>(
    { queryKey },
    (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  );
  return client.invalidateQueries({ queryKey });
}

/** Asks anew for what a check-in changes besides the feed. */
export function refreshAfterCheckIn(client: QueryClient, campaignId: string): void {
  const { getParticipation, getLeaderboard, getTeamScore } = CampaignService.method;
  for (const queryKey of [
    createConnectQueryKey({ schema: getParticipation, input: { campaignId }, cardinality: "finite" }),
    createConnectQueryKey({ schema: getLeaderboard, cardinality: undefined }),
    createConnectQueryKey({ schema: getTeamScore, cardinality: "finite" }),
  ]) {
    void client.invalidateQueries({ queryKey });
  }
}
