import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useCallback, useState } from "react";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { type Own, useOwn } from "./activity";
import { Breakdown } from "./Breakdown";
import { Characteristics } from "./Characteristics";
import { useProduct } from "./queries";
import { Reviews } from "./Reviews";
import type { ReviewSearch } from "./search";
import { useDoor } from "./useDoor";
import { WriteReview } from "./WriteReview";
import { YourReview } from "./YourReview";

const route = getRouteApi("/products/$productId");

/** A product: what its reviews come to, and what they say. */
export function ProductPage() {
  const { productId } = route.useParams();
  const query = useProduct(productId);
  const product = query.data?.product;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  useTitle(product?.name ?? "Product");
  return (
    <>
      <PageHead title={gone ? "Product" : (product?.name ?? "Product")} />
      {query.isPending && <Loading />}
      {gone && (
        <Notice title="There is no such product" word="gone">
          Its address is wrong, or it was taken away.
        </Notice>
      )}
      {query.isError && !gone && !product && <Faulted error={query.error} retry={query.refetch} />}
      {product && !gone && <About key={product.id} product={product} />}
    </>
  );
}

function About({ product }: { product: Product }) {
  const search = route.useSearch();
  const [writing, setWriting] = useState(false);
  const own = useOwn(product.id);
  const pass = useDoor();
  const navigate = useNavigate();
  const go = useCallback(
    (next: ReviewSearch) =>
      void navigate({
        to: "/products/$productId",
        params: { productId: product.id },
        search: next,
        replace: true,
        resetScroll: false,
      }),
    [navigate, product.id],
  );
  const write = () => pass(() => setWriting(true));
  return (
    <div className="flex flex-col gap-2.5">
      <Sums onSearch={go} onWrite={write} own={own} product={product} search={search} />
      <Reviews
        onSearch={go}
        onWrite={own.known && !own.review ? write : undefined}
        product={product}
        search={search}
      />
      {writing && (
        <WriteReview
          onClose={() => setWriting(false)}
          // Newest first, one's own is on top.
          onWritten={() => go({ sort: "newest" })}
          product={product}
        />
      )}
    </div>
  );
}

interface SumsProps {
  product: Product;
  search: ReviewSearch;
  own: Own;
  onSearch(next: ReviewSearch): void;
  onWrite(): void;
}

function Sums({ product, search, own, onSearch, onWrite }: SumsProps) {
  const query = useQuery(ReviewService.method.getReviewMeta, { productId: product.id });
  const meta = query.data?.meta;
  return (
    <section aria-label="All reviews together" className="panel p-4 sm:p-5">
      {query.isPending && <Loading />}
      {query.isError && !meta && <Faulted error={query.error} retry={query.refetch} />}
      {meta && (
        <>
          <Breakdown meta={meta} onSearch={onSearch} search={search} />
          <Characteristics meta={meta} />
        </>
      )}
      {own.review ? (
        <YourReview hidden={own.hidden} review={own.review} />
      ) : (
        // Its room is kept until it is known whether it is wanted.
        <p className="mt-4 flex min-h-11">
          {own.known && (
            <Button className="grow sm:grow-0" onClick={onWrite}>
              <Icon name="pen" size={20} />
              Write a review
            </Button>
          )}
        </p>
      )}
    </section>
  );
}
