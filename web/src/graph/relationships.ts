import { createConnectQueryKey, useMutation, useQuery } from "@connectrpc/connect-query";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import {
  type GetRelationshipsResponse,
  GraphService,
  type Relationship,
} from "@throng/gen/throng/graph/v1/graph_pb";
import { sayFault } from "../app/faults";
import { useSession } from "../app/services";
import { refreshHome } from "../post/cache";
import { toast } from "../ui/toasts";

const relationships = createConnectQueryKey({
  schema: GraphService.method.getRelationships,
  cardinality: "finite",
});
const counts = createConnectQueryKey({ schema: GraphService.method.getCounts, cardinality: "finite" });
const followers = createConnectQueryKey({
  schema: GraphService.method.listFollowers,
  cardinality: "infinite",
});
const following = createConnectQueryKey({
  schema: GraphService.method.listFollowing,
  cardinality: "infinite",
});

/** How the reader stands to others, by their ids; empty for a visitor and for oneself. */
export function useRelationships(userIds: string[]): Map<string, Relationship> {
  const session = useSession();
  const others = userIds.filter((id) => id !== session?.userId);
  const { data } = useQuery(
    GraphService.method.getRelationships,
    { userIds: others },
    { enabled: session !== null && others.length > 0 },
  );
  return new Map(data?.relationships.map((each) => [each.userId, each]));
}

/** The four things one can do to a relationship. */
export function useGraph(userId: string) {
  const client = useQueryClient();
  const options = {
    onSuccess: ({ relationship }: { relationship?: Relationship }) => settle(client, relationship),
    onError: (err: unknown) => toast(sayFault(err), "failed"),
  };
  const follow = useMutation(GraphService.method.follow, options);
  const unfollow = useMutation(GraphService.method.unfollow, options);
  const block = useMutation(GraphService.method.block, options);
  const unblock = useMutation(GraphService.method.unblock, options);
  const all = { follow, unfollow, block, unblock };
  const run = (name: keyof typeof all) => all[name].mutateAsync({ userId }).then(Boolean, () => false);
  return {
    busy: Object.values(all).some((each) => each.isPending),
    /** Each answers whether it was done; what went wrong has been said. */
    follow: () => run("follow"),
    unfollow: () => run("unfollow"),
    block: () => run("block"),
    unblock: () => run("unblock"),
  };
}

/** Puts a changed relationship wherever it is shown, and asks anew for what follows from it. */
function settle(client: QueryClient, changed: Relationship | undefined): void {
  if (!changed) {
    return;
  }
  client.setQueriesData<GetRelationshipsResponse>(
    { queryKey: relationships },
    (data) =>
      data && {
        ...data,
        relationships: data.relationships.map((each) => (each.userId === changed.userId ? changed : each)),
      },
  );
  for (const queryKey of [counts, followers, following]) {
    void client.invalidateQueries({ queryKey });
  }
  void refreshHome(client);
}
