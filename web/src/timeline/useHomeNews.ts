import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import type { TimelineItem } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { prependHome, refreshHome } from "../post/cache";
import { followHome } from "./news";

interface News {
  items: TimelineItem[];
  /** Posts are missing between the news and what is shown. */
  gap: boolean;
}

const none: News = { items: [], gap: false };

/**
 * Collects what is new while the page is in sight, for the reader to bring in:
 * a timeline does not move under the eyes. `shown` are the posts on the page;
 * undefined while they are not loaded.
 */
export function useHomeNews(shown: Set<string> | undefined) {
  const transport = useTransport();
  const client = useQueryClient();
  const visible = useVisible();
  const [news, setNews] = useState(none);
  const resume = useRef({ token: "" });
  const ready = shown !== undefined;
  const latest = useRef(shown);
  latest.current = shown;

  useEffect(() => {
    if (!visible || !ready) {
      return;
    }
    const stop = new AbortController();
    void followHome({
      transport,
      signal: stop.signal,
      resume: resume.current,
      onNews: (items, more) => setNews((held) => merge(held, items, more, latest.current)),
    });
    return () => stop.abort();
  }, [transport, visible, ready]);

  const items = news.items.filter((item) => item.post && !shown?.has(item.post.id));
  return {
    items,
    /** Brings the news in. */
    async show() {
      setNews(none);
      if (news.gap) {
        await refreshHome(client);
      } else {
        prependHome(client, items);
      }
    },
  };
}

/** Newest first, each once. A page of which nothing was known leaves a gap below it. */
function merge(held: News, items: TimelineItem[], more: boolean, shown = new Set<string>()): News {
  const known = new Set([...held.items.map((item) => item.post?.id), ...shown]);
  const fresh = items.filter((item) => !known.has(item.post?.id));
  const all = [...fresh, ...held.items].sort((a, b) => ((a.post?.id ?? "") < (b.post?.id ?? "") ? 1 : -1));
  return { items: all, gap: held.gap || (more && fresh.length === items.length) };
}

function useVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    },
    () => document.visibilityState !== "hidden",
  );
}
