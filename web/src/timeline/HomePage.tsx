import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type TimelineItem, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { Fragment, type ReactNode, useEffect, useMemo, useState } from "react";
import { useTitle } from "../app/useTitle";
import { Composer } from "../post/Composer";
import { PostCard } from "../post/PostCard";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice, PostShapes } from "../ui/Notice";
import { toTop } from "../ui/scroll";
import { LeftOut, placeOfLeftOut } from "./LeftOut";
import { NewsPill, shortNumber } from "./NewsPill";
import { idOf, newestFirst } from "./order";
import { Steady } from "./Steady";
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
  const pages = query.data?.pages;
  const items = useMemo(() => pages && newestFirst(pages.flatMap((page) => page.items)), [pages]);
  const news = useHomeNews(pages);
  const goTo = useArrival(items);
  // There is nothing to read that the news could push away.
  const atOnce = items?.length === 0 && news.items.length > 0 && !news.gap;
  const { show } = news;
  useEffect(() => {
    if (atOnce) {
      void show();
    }
  });
  useTitle(news.items.length > 0 ? `(${shortNumber(news.items.length, news.gap)}) Home` : "Home");

  const leftOut = pages && placeOfLeftOut(pages);
  const line = leftOut && (
    <LeftOut
      busy={query.isRefetching}
      freshness={leftOut.freshness}
      onAgain={() => void query.refetch({ cancelRefetch: false })}
    />
  );
  return (
    <>
      <h1 className="sr-only">Home</h1>
      <div className="panel p-4 sm:px-5">
        <Composer />
      </div>
      {leftOut?.place === "top" && <div className="pt-1 pb-2">{line}</div>}
      <NewsPill
        busy={news.showing}
        items={atOnce ? [] : news.items}
        more={news.gap}
        onShow={() => void show().then(goTo)}
      />
      {query.isPending && <PostShapes />}
      {query.isError && !items && <Faulted error={query.error} retry={query.refetch} />}
      {items && items.length > 0 && (
        <HomeFeed before={leftOut?.place} busy={query.isFetching} items={items} line={line} />
      )}
      {items?.length === 0 && !query.hasNextPage && <Empty />}
      {leftOut?.place === "end" && line}
      <More query={query} />
      {items && items.length > 0 && !query.hasNextPage && (
        <p className="py-8 text-center text-sm text-soft">That is everything so far.</p>
      )}
    </>
  );
}

interface HomeFeedProps {
  items: TimelineItem[];
  busy: boolean;
  /** Something to say, before the post of an id. */
  line: ReactNode;
  before: string | undefined;
}

function HomeFeed({ items, busy, line, before }: HomeFeedProps) {
  return (
    <Steady aria-busy={busy} aria-label="Home timeline" className="flex flex-col gap-2.5" role="feed">
      {items.map(
        ({ post, author }, index) =>
          post && (
            <Fragment key={post.id}>
              {post.id === before && line}
              <PostCard author={author} home position={index + 1} post={post} />
            </Fragment>
          ),
      )}
    </Steady>
  );
}

/** Goes to the top and takes the focus to a post there, as soon as it stands there. */
function useArrival(items: TimelineItem[] | undefined): (postId: string | undefined) => void {
  const [postId, setPostId] = useState<string>();
  const there = postId !== undefined && items?.some((item) => idOf(item) === postId);
  useEffect(() => {
    if (there) {
      document.querySelector<HTMLElement>(`[data-post="${postId}"]`)?.focus({ preventScroll: true });
      toTop();
      setPostId(undefined);
    }
  }, [there, postId]);
  return setPostId;
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
