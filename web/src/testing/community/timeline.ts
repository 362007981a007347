import type { ConnectRouter } from "@connectrpc/connect";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import { Strategy, TimelineService, Why } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { type Community, pageOf } from "./store";
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
        const all = [...community.posts.values()].reverse().filter((post) => belongs(viewer, post));
        const { part, nextPageToken } = pageOf(all, (post) => post.id, request);
        return {
          items: part.map((post) => item(viewer, post)),
          nextPageToken,
          freshness: { strategy: Strategy.PUSH, complete: true },
        };
      },
      async *watchHomeTimeline(_, context) {
        const viewer = mustSignIn(community, context).account.user.id;
        const waiting: Post[] = [];
        let wake = () => {};
        const tell = (post: Post) => {
          waiting.push(post);
          wake();
        };
        community.watchers.add(tell);
        context.signal.addEventListener("abort", () => wake());
        try {
          yield { items: [], resumeToken: "now" };
          while (!context.signal.aborted) {
            const items = waiting
              .splice(0)
              .filter((post) => belongs(viewer, post))
              .map((post) => item(viewer, post));
            if (items.length > 0) {
              yield { items, resumeToken: "now" };
            }
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        } finally {
          community.watchers.delete(tell);
        }
      },
    });
}
