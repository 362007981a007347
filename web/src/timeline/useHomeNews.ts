import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type TimelineItem, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { useEffect, useRef, useState } from "react";
import { sayFault } from "../app/faults";
import { useSession } from "../app/services";
import { useInSight } from "../app/useInSight";
import { bringHome, replaceHome } from "../post/cache";
import { toast } from "../ui/toasts";
import { followHome } from "./news";
import { type Arrival, endOf, type HomePart, idOf, joins, noNews, withArrival } from "./order";

/**
 * Collects what is new while the page is in sight, for the reader to bring in:
 * a timeline does not move under the eyes. What he wrote himself elsewhere comes
 * in at once. `parts` are the pages that are held; undefined while they are not
 * loaded.
 */
export function useHomeNews(parts: HomePart[] | undefined) {
  const transport = useTransport();
  const client = useQueryClient();
  const me = useSession()?.userId;
  const inSight = useInSight();
  const [news, setNews] = useState(noNews);
  const [showing, setShowing] = useState(false);
  const resume = useRef({ token: "" });
  const latest = useRef({ parts: parts ?? [], news });
  latest.current = { parts: parts ?? [], news };
  const ready = parts !== undefined;

  useEffect(() => {
    if (!inSight || !ready) {
      return;
    }
    const stop = new AbortController();
    const onNews = (arrival: Arrival) => {
      const { parts, news } = latest.current;
      if (joins(news, arrival, parts, me)) {
        bringHome(
          client,
          arrival.items.filter((item) => item.post?.authorId === me),
        );
      }
      setNews((held) => withArrival(held, arrival, latest.current.parts, me));
    };
    void followHome({ transport, signal: stop.signal, resume: resume.current, onNews });
    return () => stop.abort();
  }, [transport, client, me, inSight, ready]);

  const items = unseen(news.items, parts ?? []);
  /** Brings the news in and tells which was the newest; nothing where that failed. */
  const show = async (): Promise<string | undefined> => {
    setShowing(true);
    try {
      if (news.gap) {
        await replaceHome(
          client,
          await callUnaryMethod(transport, TimelineService.method.getHomeTimeline, {}),
        );
      }
      bringHome(client, items);
      const brought = new Set(items.map(idOf));
      setNews((held) => ({ items: held.items.filter((item) => !brought.has(idOf(item))), gap: false }));
      return items[0] && idOf(items[0]);
    } catch (err) {
      toast(sayFault(err), "failed");
      return undefined;
    } finally {
      setShowing(false);
    }
  };
  return { items, gap: news.gap, showing, show };
}

/** The news that have not come into the page by another way since. */
function unseen(items: TimelineItem[], parts: HomePart[]): TimelineItem[] {
  const shown = new Set(parts.flatMap((part) => part.items.map(idOf)));
  const end = endOf(parts);
  return items.filter((item) => !shown.has(idOf(item)) && idOf(item) > end);
}
