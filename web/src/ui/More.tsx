import { useEffect, useRef } from "react";
import { sayFault } from "../app/faults";
import { Button } from "./Button";
import { Loading } from "./Spinner";

/** What this needs of an infinite query. */
export interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage(): Promise<unknown>;
}

/** The end of a list: the next page is fetched before it is reached. */
export function More({ query }: { query: Paged }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage || isFetchNextPageError) {
      return;
    }
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), {
      rootMargin: "900px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  if (!hasNextPage) {
    return null;
  }
  return (
    <div className="py-6 text-center" ref={end}>
      {isFetchNextPageError && <p className="mb-3 text-soft">{sayFault(query.error)}</p>}
      {isFetchingNextPage ? (
        <Loading label="Loading more…" />
      ) : (
        <Button look="outline" onClick={() => void fetchNextPage()}>
          {isFetchNextPageError ? "Try again" : "Load more"}
        </Button>
      )}
    </div>
  );
}
