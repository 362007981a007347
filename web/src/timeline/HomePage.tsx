import { useInfiniteQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type TimelineItem, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { useEffect } from "react";
import { useTitle } from "../app/useTitle";
import { Composer } from "../post/Composer";
import { refreshHome } from "../post/cache";
import { PostCard } from "../post/PostCard";
import { Button, buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice, PostShapes } from "../ui/Notice";
import { useHomeNews } from "./useHomeNews";

/** The home timeline, with a place to post on top. */
export function HomePage() {
  const query = useInfiniteQuery(
    TimelineService.method.getHomeTimeline,
    { pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      // News come by themselves; asking for every page again would be waste.
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
    },
  );
  const items = query.data?.pages.flatMap((page) => page.items);
  const shown = items && new Set(items.map((item) => item.post?.id ?? ""));
  const news = useHomeNews(shown);
  useTitle(news.items.length > 0 ? `(${news.items.length}) Home` : "Home");

  const first = items?.length === 0 && news.items.length > 0;
  useEffect(() => {
    // There is nothing to read that the news could push away.
    if (first) {
      void news.show();
    }
  });

  return (
    <>
      <h1 className="sr-only">Home</h1>
      <div className="panel mb-2.5 p-4 sm:px-5">
        <Composer />
      </div>
      <NewsButton count={first ? 0 : news.items.length} onShow={() => void news.show().then(toTop)} />
      {query.isPending && <PostShapes />}
      {query.isError && !items && <Faulted error={query.error} retry={query.refetch} />}
      {items && items.length > 0 && <HomeFeed busy={query.isFetching} items={items} />}
      {items?.length === 0 && <Empty />}
      {query.data?.pages.some((page) => page.freshness?.complete === false) && <Incomplete />}
      <More query={query} />
      {items && items.length > 0 && !query.hasNextPage && (
        <p className="py-8 text-center text-sm text-soft">That is everything so far.</p>
      )}
    </>
  );
}

function HomeFeed(props: { items: TimelineItem[]; busy: boolean }) {
  return (
    <div aria-busy={props.busy} aria-label="Home timeline" className="flex flex-col gap-2.5" role="feed">
      {props.items.map(
        (item, index) =>
          item.post && (
            <PostCard author={item.author} key={item.post.id} position={index + 1} post={item.post} />
          ),
      )}
    </div>
  );
}

function NewsButton(props: { count: number; onShow(): void }) {
  return (
    <div className="sticky top-16 z-10 flex justify-center lg:top-4" role="status">
      {props.count > 0 && (
        <Button className="mb-2.5 animate-rise shadow-float" onClick={props.onShow} size="small">
          <Icon name="up" size={18} />
          {props.count === 1 ? "1 new post" : `${props.count} new posts`}
        </Button>
      )}
    </div>
  );
}

function Empty() {
  return (
    <Notice
      action={
        <Link className={buttonClass()} to="/people">
          <Icon name="people" size={20} />
          Find people
        </Link>
      }
      title="It is quiet here"
      word="hello"
    >
      Your timeline is made of the people you follow. Find some, or write the first post yourself.
    </Notice>
  );
}

function Incomplete() {
  const client = useQueryClient();
  return (
    <p className="flex items-center justify-center gap-3 py-4 text-sm text-soft">
      Some posts could not be fetched just now.
      <Button look="outline" onClick={() => void refreshHome(client)} size="small">
        Look again
      </Button>
    </p>
  );
}

function toTop() {
  window.scrollTo({ top: 0, behavior: "smooth" });
}
