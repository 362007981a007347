import { createConnectQueryKey, createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { type QueryClient, useQueries } from "@tanstack/react-query";
import { type GetMyActivityResponse, ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useSession } from "../app/services";

const { getMyActivity } = ReviewService.method;

/** What the reader wrote about a product. */
export interface Own {
  review: GetMyActivityResponse["review"];
  /** It is hidden. */
  hidden: boolean;
  /** Whether there is one is known, or cannot be found out. */
  known: boolean;
}

/** What the reader has said of reviews, by their ids. */
export interface Said {
  helpful: ReadonlySet<string>;
  reported: ReadonlySet<string>;
}

/** The reader's own review of a product; a visitor has none. */
export function useOwn(productId: string): Own {
  const session = useSession();
  const { data, isPending } = useQuery(getMyActivity, { productId }, { enabled: session !== null });
  return session
    ? { review: data?.review, hidden: data?.hidden ?? false, known: !isPending }
    : { review: undefined, hidden: false, known: true };
}

/** What the reader has said of a product's reviews; asked for page by page, so that each page asks once. */
export function useSaid(productId: string, pages: string[][]): Said {
  const session = useSession();
  const transport = useTransport();
  return useQueries({
    queries: (session ? pages : [])
      .filter((reviewIds) => reviewIds.length > 0)
      // The same reviews in another order are the same question.
      .map((reviewIds) => [...reviewIds].sort())
      .map((reviewIds) => createQueryOptions(getMyActivity, { productId, reviewIds }, { transport })),
    combine: together,
  });
}

function together(results: { data: GetMyActivityResponse | undefined }[]): Said {
  return {
    helpful: new Set(results.flatMap(({ data }) => data?.helpfulIds ?? [])),
    reported: new Set(results.flatMap(({ data }) => data?.reportedIds ?? [])),
  };
}

/** Of all that is held of what the reader did about a product. */
export function activityKey(productId: string) {
  return createConnectQueryKey({ schema: getMyActivity, input: { productId }, cardinality: "finite" });
}

/** Asks anew for what the reader did about a product. */
export function refreshActivity(client: QueryClient, productId: string): void {
  void client.invalidateQueries({ queryKey: activityKey(productId) });
}
