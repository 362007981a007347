import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { GraphService } from "@throng/gen/throng/graph/v1/graph_pb";
import { type Community, fail, now, type Page, pageOf } from "./store";
import { mustSignIn } from "./users";

export function graph(community: Community) {
  const { follows, blocks } = community;
  const relationship = (me: string, userId: string) => ({
    relationship: {
      userId,
      following: follows.has(`${me} ${userId}`),
      followedBy: follows.has(`${userId} ${me}`),
      blocking: blocks.has(`${me} ${userId}`),
    },
  });
  const change =
    (act: (me: string, userId: string) => void) => (request: { userId: string }, context: HandlerContext) => {
      const me = mustSignIn(community, context).account.user.id;
      community.account(request.userId);
      act(me, request.userId);
      return relationship(me, request.userId);
    };
  const list = (userId: string, end: 0 | 1, request: Page) => {
    const ids = [...follows].reverse().flatMap((edge) => {
      const pair = edge.split(" ");
      return pair[end] === userId ? [pair[1 - end] ?? ""] : [];
    });
    const { part, nextPageToken } = pageOf(ids, (id) => id, request);
    const entries = part.flatMap((id) => {
      const user = community.accounts.get(id)?.user;
      return user ? [{ user, followedAt: now() }] : [];
    });
    return { entries, nextPageToken };
  };
  return ({ service }: ConnectRouter) =>
    service(GraphService, {
      follow: change((me, userId) => {
        if (me === userId) {
          fail(Code.InvalidArgument, "follow_self", "nobody can follow himself");
        }
        if (community.blocked(me, userId)) {
          fail(Code.FailedPrecondition, "blocked", "one has blocked the other");
        }
        follows.add(`${me} ${userId}`);
      }),
      unfollow: change((me, userId) => void follows.delete(`${me} ${userId}`)),
      block: change((me, userId) => {
        follows.delete(`${me} ${userId}`);
        follows.delete(`${userId} ${me}`);
        blocks.add(`${me} ${userId}`);
      }),
      unblock: change((me, userId) => void blocks.delete(`${me} ${userId}`)),
      listFollowers(request) {
        const { entries, nextPageToken } = list(request.userId, 1, request);
        return { followers: entries, nextPageToken };
      },
      listFollowing(request) {
        const { entries, nextPageToken } = list(request.userId, 0, request);
        return { following: entries, nextPageToken };
      },
      getRelationships({ userIds }, context) {
        const me = mustSignIn(community, context).account.user.id;
        return { relationships: userIds.map((id) => relationship(me, id).relationship) };
      },
      getCounts({ userId }) {
        const edges = [...follows].map((edge) => edge.split(" "));
        return {
          followers: BigInt(edges.filter(([, followee]) => followee === userId).length),
          following: BigInt(edges.filter(([follower]) => follower === userId).length),
        };
      },
    });
}
