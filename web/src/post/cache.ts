import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import {
  type GetPostResponse,
  type ListPostsByAuthorResponse,
  type ListRepliesResponse,
  type Post,
  PostService,
} from "@throng/gen/throng/post/v1/post_pb";
import {
  type GetHomeTimelineResponse,
  type TimelineItem,
  TimelineService,
} from "@throng/gen/throng/timeline/v1/timeline_pb";
import { endOf, idOf } from "../timeline/order";

// The same post stands in several answers: home, its author's list, replies, its
// own page. These few functions keep all of them in step.

const home = createConnectQueryKey({
  schema: TimelineService.method.getHomeTimeline,
  cardinality: "infinite",
});
const authors = createConnectQueryKey({
  schema: PostService.method.listPostsByAuthor,
  cardinality: "infinite",
});
const replies = createConnectQueryKey({ schema: PostService.method.listReplies, cardinality: "infinite" });
const single = createConnectQueryKey({ schema: PostService.method.getPost, cardinality: "finite" });

type HomeData = InfiniteData<GetHomeTimelineResponse>;
type Patch = (post: Post) => Post | undefined;

/** Changes a post in every answer held; a patch that answers nothing takes it out. */
export function patchPost(client: QueryClient, postId: string, patch: Patch): void {
  const one = (post: Post) => {
    const next = post.id === postId ? patch(post) : post;
    return next ? [next] : [];
  };
  client.setQueriesData<HomeData>({ queryKey: home }, (data) =>
    eachPage(data, (page) => ({ ...page, items: page.items.flatMap((item) => itemWith(item, one)) })),
  );
  for (const queryKey of [authors, replies]) {
    client.setQueriesData<InfiniteData<ListPostsByAuthorResponse | ListRepliesResponse>>(
      { queryKey },
      (data) => eachPage(data, (page) => ({ ...page, posts: page.posts.flatMap(one) })),
    );
  }
  client.setQueriesData<GetPostResponse>({ queryKey: single }, (data) => {
    const post = data?.post && one(data.post)[0];
    return data && post ? { ...data, post } : data;
  });
}

/**
 * Puts posts into the home timeline, each once: the page shows all in the order
 * of ids. What is older than the loaded part comes with its own page.
 */
export function bringHome(client: QueryClient, items: TimelineItem[]): void {
  const bring = () => client.setQueriesData<HomeData>({ queryKey: home }, (data) => withItems(data, items));
  bring();
  // A fetch under way ends with the pages that it began with, and these in addition.
  for (const query of client.getQueryCache().findAll({ queryKey: home, fetchStatus: "fetching" })) {
    void query.promise?.then(bring, bring);
  }
}

function withItems(data: HomeData | undefined, items: TimelineItem[]): HomeData | undefined {
  const [first, ...rest] = data?.pages ?? [];
  if (!data || !first) {
    return data;
  }
  const held = new Set(data.pages.flatMap((page) => page.items.map(idOf)));
  const end = endOf(data.pages);
  const fresh = items.filter((item) => !held.has(idOf(item)) && idOf(item) > end);
  return fresh.length === 0
    ? data
    : { ...data, pages: [{ ...first, items: [...fresh, ...first.items] }, ...rest] };
}

/** Begins the home timeline anew with a first page that was asked for apart. */
export async function replaceHome(client: QueryClient, page: GetHomeTimelineResponse): Promise<void> {
  await client.cancelQueries({ queryKey: home });
  client.setQueriesData<HomeData>(
    { queryKey: home },
    (data) => data && { pages: [page], pageParams: data.pageParams.slice(0, 1) },
  );
}

/** Asks for the home timeline anew, from the top. */
export function refreshHome(client: QueryClient): Promise<void> {
  client.setQueriesData<HomeData>(
    { queryKey: home },
    (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  );
  return client.invalidateQueries({ queryKey: home });
}

/** Asks for an author's list and a post's replies anew. */
export function refreshAround(client: QueryClient, authorId: string, replyToId: string): void {
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({
      schema: PostService.method.listPostsByAuthor,
      input: { authorId },
      cardinality: "infinite",
    }),
  });
  if (replyToId) {
    void client.invalidateQueries({
      queryKey: createConnectQueryKey({
        schema: PostService.method.listReplies,
        input: { postId: replyToId },
        cardinality: "infinite",
      }),
    });
  }
}

function eachPage<P>(data: InfiniteData<P> | undefined, change: (page: P) => P) {
  return data && { ...data, pages: data.pages.map(change) };
}

function itemWith(item: TimelineItem, one: (post: Post) => Post[]): TimelineItem[] {
  return item.post ? one(item.post).map((post) => (post === item.post ? item : { ...item, post })) : [item];
}
