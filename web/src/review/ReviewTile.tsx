import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import type { Review } from "@throng/gen/throng/review/v1/review_pb";
import { useId } from "react";
import { useSession } from "../app/services";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/Icon";
import { Time } from "../ui/Time";
import type { Said } from "./activity";
import { Helpful } from "./Helpful";
import { LongText } from "./LongText";
import { Photos } from "./Photos";
import { ReviewMenu } from "./ReviewMenu";
import { Stars } from "./Stars";

interface TileProps {
  product: Product;
  review: Review;
  position: number;
  said: Said;
}

/** One review, as an article of a feed. */
export function ReviewTile({ product, review, position, said }: TileProps) {
  const { rating, summary, body, reviewer, recommend, createdAt, photos } = review;
  const me = useSession()?.userId;
  const mine = me !== undefined && reviewer?.userId === me;
  const labelId = useId();
  const name = reviewer?.name || "Somebody";
  return (
    <article
      aria-labelledby={labelId}
      aria-posinset={position}
      aria-setsize={-1}
      className="panel lazily-drawn p-4 sm:px-5"
      data-post={review.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus
      tabIndex={0}
    >
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1" id={labelId}>
          <Stars label={`${rating} of 5 stars`} value={rating} />
          <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-sm text-soft">
            <span className="min-w-0">
              by <bdi className="font-semibold text-ink wrap-anywhere">{name}</bdi> · <Time at={createdAt} />
            </span>
            {mine && <Badge>yours</Badge>}
          </p>
        </div>
        <div className="-mt-1.5 -mr-2">
          <ReviewMenu mine={mine} reported={said.reported.has(review.id)} review={review} />
        </div>
      </header>
      {summary && (
        <h3 className="mt-2 text-base wrap-anywhere" dir="auto">
          {summary}
        </h3>
      )}
      <LongText className="mt-1" text={body} />
      {recommend && (
        <p className="mt-2 flex items-center gap-1.5 text-sm font-medium">
          <Icon className="text-brand" name="check" size={18} />
          Recommends it
        </p>
      )}
      <Values product={product} review={review} />
      <Photos name={name} photos={photos} />
      <Answer review={review} />
      <Helpful mine={mine} review={review} said={said.helpful.has(review.id)} />
    </article>
  );
}

/** What it says of the product's characteristics, in their words. */
function Values({ product, review }: Pick<TileProps, "product" | "review">) {
  const known = new Map(product.characteristics.map((each) => [each.id, each]));
  const said = review.values.flatMap(({ characteristicId, value }) => {
    const characteristic = known.get(characteristicId);
    return characteristic
      ? [{ ...characteristic, word: characteristic.labels[value - 1] ?? `${value} of 5` }]
      : [];
  });
  if (said.length === 0) {
    return null;
  }
  return (
    <dl className="mt-2 flex flex-wrap gap-1.5 text-sm">
      {said.map(({ id, name, word }) => (
        <div className="flex flex-wrap gap-x-1.5 rounded-xl border border-line px-2.5 py-1" key={id}>
          <dt className="text-soft">
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <bdi>{word}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Answer({ review }: { review: Review }) {
  if (!review.response) {
    return null;
  }
  return (
    <section
      aria-label="The shop's answer"
      className="mt-3 rounded-2xl border-l-4 border-brand bg-ground px-4 py-3"
    >
      <p className="flex flex-wrap items-center gap-1.5 text-sm text-soft">
        <Icon name="shop" size={18} />
        <b className="text-ink">The shop</b> · <Time at={review.respondedAt} />
      </p>
      <LongText className="mt-1" text={review.response} />
    </section>
  );
}
