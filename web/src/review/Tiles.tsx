import type { InfiniteData } from "@tanstack/react-query";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import type { ListReviewsResponse, Review } from "@throng/gen/throng/review/v1/review_pb";
import { useEffect, useRef, useState } from "react";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { counted } from "../ui/count";
import type { Paged } from "../ui/More";
import { useSaid } from "./activity";
import { ReviewTile } from "./ReviewTile";

const atATime = 2;
// A search looks through 2,000 reviews a page and may find none there: so many pages
// are looked through before the reader is asked whether to go on.
const patience = 5;

type ReviewsQuery = Paged & {
  data: InfiniteData<ListReviewsResponse> | undefined;
  isFetching: boolean;
  isPlaceholderData: boolean;
};

/** Reviews as tiles, two of them at first, and two more whenever they are wanted. */
export function Tiles({ product, query }: { product: Product; query: ReviewsQuery }) {
  const pages = query.data?.pages ?? [];
  const reviews = once(pages);
  const said = useSaid(
    product.id,
    pages.map((page) => page.reviews.map(({ id }) => id)),
  );
  const [wanted, setWanted] = useState(atATime);
  const [from, setFrom] = useState<number>();
  const list = useArrival(from, reviews.length);
  const looking = useLook(query, reviews.length, wanted);
  const shown = reviews.slice(0, wanted);
  const more = () => {
    setFrom(shown.length);
    setWanted(shown.length + atATime);
    looking.further();
  };
  return (
    <>
      <p className="sr-only" role="status">
        {looking.busy
          ? "Looking for more…"
          : !query.isPlaceholderData &&
            shown.length > 0 &&
            `${counted(BigInt(shown.length), "review", "reviews")} shown.`}
      </p>
      <div
        aria-busy={query.isFetching}
        aria-label="Reviews"
        className={`flex flex-col gap-2.5 ${query.isPlaceholderData ? "opacity-70" : ""}`}
        ref={list}
        role="feed"
      >
        {shown.map((review, index) => (
          <ReviewTile key={review.id} position={index + 1} product={product} review={review} said={said} />
        ))}
      </div>
      <div className="py-5 text-center">
        {query.isFetchNextPageError && <p className="mb-3 text-soft">{sayFault(query.error)}</p>}
        {(looking.busy || reviews.length > shown.length || query.hasNextPage) && (
          <Button busy={looking.busy} look="outline" onClick={more}>
            {looking.busy
              ? "Looking for more…"
              : query.isFetchNextPageError
                ? "Try again"
                : shown.length < wanted
                  ? "Look further"
                  : "More reviews"}
          </Button>
        )}
      </div>
    </>
  );
}

/** The reviews of pages; one that has moved on while they were fetched stands where it was first. */
function once(pages: ListReviewsResponse[]): Review[] {
  return [...new Map(pages.flatMap(({ reviews }) => reviews.map((each) => [each.id, each]))).values()];
}

/** Fetches pages until there are as many reviews as are wanted, or patience ends. */
function useLook(query: ReviewsQuery, found: number, wanted: number) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData, fetchNextPage } = query;
  const pages = query.data?.pages.length ?? 0;
  const [limit, setLimit] = useState(patience);
  const short = found < wanted && hasNextPage && !isFetchNextPageError && !isPlaceholderData;
  useEffect(() => {
    // Looked at after every page: a fetch may begin and end between two renderings.
    if (short && pages < limit && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [short, pages, limit, isFetchingNextPage, fetchNextPage]);
  return {
    busy: (short && pages < limit) || isFetchingNextPage,
    further() {
      setLimit(pages + patience);
      if (isFetchNextPageError) {
        void fetchNextPage();
      }
    },
  };
}

/** The first of the tiles that were asked for takes the focus once it is there. */
function useArrival(from: number | undefined, found: number) {
  const list = useRef<HTMLDivElement>(null);
  const arrived = useRef<number>(undefined);
  useEffect(() => {
    if (from !== undefined && from !== arrived.current && found > from) {
      arrived.current = from;
      const tile = list.current?.children[from];
      if (tile instanceof HTMLElement) {
        tile.focus();
      }
    }
  }, [from, found]);
  return list;
}
