import { useInfiniteQuery } from "@connectrpc/connect-query";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import { ReviewService, Sort } from "@throng/gen/throng/review/v1/review_pb";
import { useCallback } from "react";
import { Button } from "../ui/Button";
import { SelectField } from "../ui/Field";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { SearchBox } from "./SearchBox";
import { type ReviewSearch, starsIn } from "./search";
import { Tiles } from "./Tiles";

interface ReviewsProps {
  product: Product;
  search: ReviewSearch;
  onSearch(next: ReviewSearch): void;
  /** Absent where the reader may write none. */
  onWrite: (() => void) | undefined;
}

const sorts = { relevant: Sort.RELEVANT, newest: Sort.NEWEST, helpful: Sort.HELPFUL };

/** A product's reviews: in which order, of which stars, with which words. */
export function Reviews({ product, search, onSearch, onWrite }: ReviewsProps) {
  const query = useInfiniteQuery(
    ReviewService.method.listReviews,
    {
      productId: product.id,
      sort: sorts[search.sort ?? "relevant"],
      ratings: starsIn(search),
      text: search.q ?? "",
      pageToken: "",
    },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      placeholderData: (before) => before,
    },
  );
  const filtered = search.stars !== undefined || search.q !== undefined;
  const over = query.isSuccess && !query.hasNextPage && !query.isPlaceholderData;
  const none = over && query.data.pages.every((page) => page.reviews.length === 0);
  return (
    <section aria-label="Reviews">
      <h2 className="mt-3 mb-2 px-1 text-lg">Reviews</h2>
      {(!none || filtered) && (
        <Wishes busy={query.isFetching && search.q !== undefined} onSearch={onSearch} search={search} />
      )}
      <p className="sr-only" role="status">
        {none && filtered && "Nothing found."}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !query.data && <Faulted error={query.error} retry={query.refetch} />}
      {none && <None filtered={filtered} onAll={() => onSearch(sortOf(search))} onWrite={onWrite} />}
      {query.data && !none && (
        <Tiles
          // Another choice begins with the first two again.
          key={JSON.stringify(search)}
          product={product}
          query={query}
        />
      )}
    </section>
  );
}

const sortOf = ({ sort }: ReviewSearch): ReviewSearch => (sort ? { sort } : {});

/** What one wants to see: words, order, and the stars that were chosen above. */
function Wishes(props: Pick<ReviewsProps, "search" | "onSearch"> & { busy: boolean }) {
  const { search, onSearch } = props;
  const { sort = "relevant", q = "" } = search;
  const onWords = useCallback(
    (next: string) => {
      const { q: _, ...rest } = search;
      onSearch(next ? { ...rest, q: next } : rest);
    },
    [search, onSearch],
  );
  return (
    <>
      <SearchBox
        busy={props.busy}
        label="Search these reviews"
        onWords={onWords}
        placeholder="Words in reviews"
        words={q}
      />
      <div className="mb-2.5 flex flex-wrap items-end justify-between gap-3">
        <div className="w-52">
          <SelectField
            label="Sort"
            onChange={({ target }) => {
              const { sort: _, ...rest } = search;
              const next = target.value;
              onSearch(next === "newest" || next === "helpful" ? { ...rest, sort: next } : rest);
            }}
            value={sort}
          >
            <option value="relevant">Most relevant</option>
            <option value="newest">Newest</option>
            <option value="helpful">Most helpful</option>
          </SelectField>
        </div>
        <Chosen onSearch={onSearch} search={search} />
      </div>
    </>
  );
}

function Chosen({ search, onSearch }: Pick<ReviewsProps, "search" | "onSearch">) {
  const chosen = starsIn(search);
  if (chosen.length === 0) {
    return null;
  }
  const { stars: _, ...rest } = search;
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-soft">
      Only {chosen.join(" and ")} {chosen.length === 1 && chosen[0] === 1 ? "star" : "stars"}
      <Button look="outline" onClick={() => onSearch(rest)} size="small">
        All stars
      </Button>
    </p>
  );
}

function None(props: { filtered: boolean; onAll(): void; onWrite: (() => void) | undefined }) {
  return props.filtered ? (
    <Notice
      action={
        <Button look="outline" onClick={props.onAll}>
          Show all
        </Button>
      }
      title="No review is like that"
      word="hm"
    >
      Try other words, or other stars.
    </Notice>
  ) : (
    <Notice
      action={
        props.onWrite && (
          <Button look="outline" onClick={props.onWrite}>
            Write the first
          </Button>
        )
      }
      title="No reviews yet"
      word="first"
    />
  );
}
