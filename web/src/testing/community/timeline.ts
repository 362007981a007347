import { Code, type ConnectRouter } from "@connectrpc/connect";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import {
  ExplainPostResponse_Cause as Cause,
  ExplainPostResponse_EdgeMode as Mode,
  TimelineService,
  Why,
} from "@throng/gen/throng/timeline/v1/timeline_pb";
import { type Community, fail, pageOf, type Watcher } from "./store";
import { mustSignIn } from "./users";

export function timeline(community: Community) {
  const belongs = (viewer: string, post: Post) =>
    !community.blocked(viewer, post.authorId) &&
    (post.authorId === viewer || community.follows.has(`${viewer} ${post.authorId}`));
  const item = (viewer: string, post: Post) => ({
    post: community.view(post, viewer),
    author: community.account(post.authorId).user,
    why: post.authorId === viewer ? Why.OWN : Why.FOLLOWED_PUSHED,
  });
  return ({ service }: ConnectRouter) =>
    service(TimelineService, {
      getHomeTimeline(request, context) {
        const viewer = mustSignIn(community, context).account.user.id;
        const all = [...community.posts.values()]
          .filter((post) => belongs(viewer, post))
          .sort((a, b) => (a.id < b.id ? 1 : -1));
        const { part, nextPageToken } = pageOf(all, (post) => post.id, request);
        return {
          items: part.map((post) => item(viewer, post)),
          nextPageToken,
          freshness: community.freshness,
        };
      },
      async *watchHomeTimeline({ resumeToken }, context) {
        const viewer = mustSignIn(community, context).account.user.id;
        // A token is the number of posts that had come.
        let seen = resumeToken ? Number(resumeToken) : community.arrived.length;
        let wake = () => {};
        const watcher: Watcher = { wake: () => wake(), cut: false };
        community.watchers.add(watcher);
        context.signal.addEventListener("abort", () => wake());
        try {
          yield { items: [], resumeToken: String(seen) };
          while (!context.signal.aborted) {
            if (watcher.cut) {
              fail(Code.Unavailable, "", "the line broke");
            }
            const items = community.arrived
              .slice(seen)
              .filter((post) => community.posts.has(post.id) && belongs(viewer, post))
              .map((post) => item(viewer, post));
            seen = community.arrived.length;
            if (items.length > 0) {
              yield { items, resumeToken: String(seen) };
              continue;
            }
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        } finally {
          community.watchers.delete(watcher);
        }
      },
      explainPost({ postId }, context) {
        const viewer = mustSignIn(community, context).account.user.id;
        const post = community.post(postId);
        const inTimeline = belongs(viewer, post);
        const own = post.authorId === viewer;
        return {
          inTimeline,
          cause: own ? Cause.OWN : inTimeline ? Cause.FOLLOWED : Cause.NOT_FOLLOWED,
          mode: own ? Mode.PULL : inTimeline ? Mode.PUSH : Mode.UNSPECIFIED,
          ...(post.createdAt && { storedAt: post.createdAt }),
          ...(inTimeline && !own && post.createdAt && { deliveredAt: post.createdAt }),
          strategy: community.freshness.strategy,
        };
      },
    });
}
