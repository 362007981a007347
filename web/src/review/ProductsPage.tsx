import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useCallback } from "react";
import { useTitle } from "../app/useTitle";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { useMe } from "../user/useMe";
import { ProductRow } from "./ProductRow";
import { useMetas } from "./queries";
import { SearchBox } from "./SearchBox";

const route = getRouteApi("/products");

/** All products by name, found by how their names begin. */
export function ProductsPage() {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const write = useCallback(
    (next: string) => void navigate({ to: "/products", search: next ? { q: next } : {}, replace: true }),
    [navigate],
  );
  const query = useInfiniteQuery(
    ReviewService.method.listProducts,
    { prefix: q, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      placeholderData: (before) => before,
    },
  );
  const pages = query.data?.pages.map((page) => page.products);
  const products = pages?.flat();
  const metaOf = useMetas(pages?.map((page) => page.map(({ id }) => id)) ?? []);
  useTitle("Products");
  return (
    <>
      <Head />
      <SearchBox
        busy={query.isFetching && q !== ""}
        label="Search products by the beginning of their name"
        onWords={write}
        placeholder="How the name begins"
        words={q}
      />
      <p className="sr-only" role="status">
        {q &&
          products &&
          (products.length === 0 ? "No product found." : `${products.length} products found.`)}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !products && <Faulted error={query.error} retry={query.refetch} />}
      {products?.length === 0 && <Empty q={q} />}
      <ul aria-busy={query.isFetching} aria-label="Products" className="flex flex-col gap-2.5">
        {products?.map((product) => (
          <ProductRow key={product.id} meta={metaOf(product.id)} product={product} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

/** The title, and what only some may do. */
function Head() {
  const role = useMe()?.role ?? Role.MEMBER;
  return (
    <div className="mb-3 flex min-h-11 flex-wrap items-center justify-between gap-3">
      <h1 className="text-xl">Products</h1>
      <div className="flex flex-wrap gap-2">
        {role >= Role.MODERATOR && (
          <Link className={buttonClass("outline", "small")} to="/moderation">
            <Icon name="shield" size={18} />
            Moderation
          </Link>
        )}
        {role >= Role.ORGANIZER && (
          <Link className={buttonClass("primary", "small")} to="/products/new">
            <Icon name="pen" size={18} />
            New product
          </Link>
        )}
      </div>
    </div>
  );
}

function Empty({ q }: { q: string }) {
  return q ? (
    <Notice title={`No product's name begins with “${q}”`} word="hm">
      Try fewer letters.
    </Notice>
  ) : (
    <Notice title="There are no products yet" word="soon">
      As soon as the shop adds one, it can be reviewed here.
    </Notice>
  );
}
