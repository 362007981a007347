import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import type { ModerationEntry } from "@throng/gen/throng/review/v1/moderation_pb";
import {
  type CreateProductRequest,
  type Product,
  ProductSchema,
  type ReviewMeta,
  ReviewMetaSchema,
} from "@throng/gen/throng/review/v1/product_pb";
import {
  type CreateReviewRequest,
  type ListReviewsRequest,
  type Review,
  ReviewSchema,
  ReviewService,
  Sort,
} from "@throng/gen/throng/review/v1/review_pb";
import { activityOf } from "./activity";
import { moderation, note } from "./moderation";
import { type Community, fail, now, pageOf } from "./store";
import { callerOf, mustSignIn } from "./users";

/** A review with what is not seen of it. */
export interface Held {
  review: Review;
  hidden: boolean;
  kept: boolean;
  /** Only its record is left. */
  deleted: boolean;
  /** Those that no moderator has resolved, oldest first. */
  reports: { userId: string; reason: string; at: Review["createdAt"] }[];
  /** Who has ever reported it. */
  reporters: Set<string>;
  /** Oldest first. */
  record: ModerationEntry[];
}

const standardLabels: Record<string, string[]> = {
  Size: ["A size too small", "½ a size too small", "Perfect", "½ a size too big", "A size too big"],
  Comfort: ["Uncomfortable", "Slightly uncomfortable", "Ok", "Comfortable", "Perfect"],
};

/** Adds a product. */
export function stock(community: Community, request: MessageInitShape<typeof ProductSchema>): Product {
  const product = create(ProductSchema, { id: community.nextId(), ...request });
  for (const characteristic of product.characteristics) {
    characteristic.id ||= community.nextId();
    if (characteristic.labels.length === 0) {
      characteristic.labels = standardLabels[characteristic.name] ?? [];
    }
  }
  community.products.set(product.id, product);
  return product;
}

/** Stores somebody's review, whatever the rules say. */
export function judge(
  community: Community,
  productId: string,
  userId: string,
  request: Partial<CreateReviewRequest>,
): Held {
  const { rating = 5, summary = "", body = "", recommend = true, values = [], mediaIds = [] } = request;
  const photos = mediaIds.map((id) => {
    const media = community.media.get(id) ?? fail(Code.FailedPrecondition, "media_not_ready", "not arrived");
    return { url: media.url, media };
  });
  const review = create(ReviewSchema, {
    id: community.nextId(),
    productId,
    rating,
    summary,
    body,
    recommend,
    reviewer: { userId, name: community.account(userId).user.displayName },
    createdAt: now(),
    photos,
    values,
  });
  const flags = { hidden: false, kept: false, deleted: false };
  const held: Held = { review, ...flags, reports: [], reporters: new Set(), record: [] };
  community.reviews.set(review.id, held);
  return held;
}

export function heldOf(community: Community, reviewId: string): Held {
  const held = community.reviews.get(reviewId);
  return held && !held.deleted ? held : fail(Code.NotFound, "review_not_found", "no such review");
}

export function productOf(community: Community, productId: string): Product {
  return community.products.get(productId) ?? fail(Code.NotFound, "product_not_found", "no such product");
}

const quarterMs = 90 * 24 * 3_600_000;
const madeAt = ({ createdAt }: Review) => (createdAt ? timestampMs(createdAt) : 0);
const weights: Record<Sort, (review: Review) => number> = {
  [Sort.UNSPECIFIED]: (review) => weights[Sort.RELEVANT](review),
  [Sort.RELEVANT]: (review) => Math.log2(1 + Number(review.helpfulCount)) + madeAt(review) / quarterMs,
  [Sort.NEWEST]: madeAt,
  [Sort.HELPFUL]: (review) => Number(review.helpfulCount),
};

/** What everybody sees of a product's reviews, newest first. */
function visible(community: Community, productId: string): Review[] {
  return [...community.reviews.values()]
    .filter(({ review, hidden, deleted }) => review.productId === productId && !hidden && !deleted)
    .map(({ review }) => review)
    .reverse();
}

function list(community: Community, request: ListReviewsRequest) {
  const { productId, sort, ratings, text } = request;
  const all = visible(community, productOf(community, productId).id)
    .filter(({ rating }) => ratings.length === 0 || ratings.includes(rating))
    .sort((a, b) => weights[sort](b) - weights[sort](a));
  if (text) {
    return search(all, request, community.looksThrough);
  }
  const { part, nextPageToken } = pageOf(all, ({ id }) => id, request);
  return { reviews: part, nextPageToken };
}

/** A page of reviews that have a text, found among so many; it may be empty and have a next one. */
function search(all: Review[], { text, pageSize, pageToken }: ListReviewsRequest, looksThrough: number) {
  const start = pageToken ? all.findIndex(({ id }) => id === pageToken) + 1 : 0;
  const seen = all.slice(start, start + looksThrough);
  const size = pageSize || 20;
  const found = seen
    .filter(({ summary, body }) => `${summary}\n${body}`.toLowerCase().includes(text.toLowerCase()))
    .slice(0, size);
  const last = found.length === size ? found.at(-1) : seen.at(-1);
  return { reviews: found, nextPageToken: last && last !== all.at(-1) ? last.id : "" };
}

const mean = (sum: number, count: number) => (count > 0 ? (sum / count).toFixed(4) : "");

/** The first reviews of a product, the most relevant ahead. */
export function firstReviews(community: Community, productId: string): Review[] {
  return visible(community, productId)
    .sort((a, b) => weights[Sort.RELEVANT](b) - weights[Sort.RELEVANT](a))
    .slice(0, 5);
}

/** What the reviews of a product add up to. */
export function metaOf(community: Community, productId: string): ReviewMeta {
  const { id, characteristics } = productOf(community, productId);
  const reviews = visible(community, id);
  const recommended = reviews.filter(({ recommend }) => recommend).length;
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  return create(ReviewMetaSchema, {
    productId: id,
    total: BigInt(reviews.length),
    ratings: [1, 2, 3, 4, 5].map((stars) => BigInt(reviews.filter(({ rating }) => rating === stars).length)),
    meanRating: mean(sum(reviews.map(({ rating }) => rating)), reviews.length),
    recommended: BigInt(recommended),
    notRecommended: BigInt(reviews.length - recommended),
    characteristics: characteristics.map((characteristic) => {
      const values = reviews.flatMap((review) =>
        review.values.filter((each) => each.characteristicId === characteristic.id).map(({ value }) => value),
      );
      return { characteristic, count: BigInt(values.length), mean: mean(sum(values), values.length) };
    }),
  });
}

function createProduct(community: Community, request: CreateProductRequest): Product {
  const { key, name, characteristics } = request;
  const before = [...community.products.values()].find((each) => each.key === key);
  if (!before) {
    const bare = characteristics.map((each) => ({ name: each.name, labels: each.labels }));
    return stock(community, { key, name, characteristics: bare });
  }
  const names = (all: { name: string }[]) => all.map((each) => each.name).join("\n");
  if (before.name !== name || names(before.characteristics) !== names(characteristics)) {
    fail(Code.AlreadyExists, "product_differs", "another product has this key");
  }
  return before;
}

function createReview(community: Community, request: CreateReviewRequest, userId: string): Review {
  const key = `review ${userId} ${request.idempotencyKey}`;
  const before = community.reviews.get(community.keys.get(key) ?? "");
  if (before && !before.deleted) {
    return before.review;
  }
  const product = productOf(community, request.productId);
  const known = new Set(product.characteristics.map(({ id }) => id));
  if (request.values.some(({ characteristicId }) => !known.has(characteristicId))) {
    fail(Code.InvalidArgument, "characteristic_unknown", "the product has no such characteristic");
  }
  for (const { review, deleted } of community.reviews.values()) {
    if (!deleted && review.productId === product.id && review.reviewer?.userId === userId) {
      fail(Code.AlreadyExists, "already_reviewed", "there is a review of this product by this account");
    }
  }
  const { review } = judge(community, product.id, userId, request);
  community.keys.set(key, review.id);
  return review;
}

export function reviews(community: Community) {
  const me = (context: HandlerContext) => mustSignIn(community, context).account.user.id;
  const must = (role: Role, context: HandlerContext) => {
    const { user } = mustSignIn(community, context).account;
    if (user.role < role) {
      fail(Code.PermissionDenied, "role", "another role is needed");
    }
    return user;
  };
  /** A review that one may speak about. */
  const anothers = (reviewId: string, userId: string): Held => {
    const held = heldOf(community, reviewId);
    if (held.hidden) {
      fail(Code.NotFound, "review_not_found", "no such review");
    }
    if (held.review.reviewer?.userId === userId) {
      fail(Code.FailedPrecondition, "own_review", "this review is yours");
    }
    return held;
  };
  return (router: ConnectRouter) =>
    router.service(ReviewService, {
      createProduct(request, context) {
        must(Role.ORGANIZER, context);
        return { product: createProduct(community, request) };
      },
      getProduct: ({ name }) => ({
        product:
          name.case === "key"
            ? [...community.products.values()].find(({ key }) => key === name.value)
            : productOf(community, name.value ?? ""),
      }),
      listProducts(request) {
        const prefix = request.prefix.toLowerCase();
        const all = [...community.products.values()]
          .filter(({ name }) => name.toLowerCase().startsWith(prefix))
          .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
        const { part, nextPageToken } = pageOf(all, ({ id }) => id, request);
        return { products: part, nextPageToken };
      },
      listReviews: (request) => list(community, request),
      getReview({ reviewId }, context) {
        const { review, hidden } = heldOf(community, reviewId);
        if (hidden && (callerOf(community, context)?.account.user.role ?? 0) < Role.MODERATOR) {
          fail(Code.NotFound, "review_not_found", "no such review");
        }
        return { review, hidden };
      },
      getMyActivity: (request, context) => activityOf(community, request, me(context)),
      getReviewMeta: ({ productId }) => ({ meta: metaOf(community, productId) }),
      batchGetReviewMeta: ({ productIds }) => ({
        metas: productIds.flatMap((id) => {
          const product = community.products.get(id);
          return product ? metaOf(community, product.id) : [];
        }),
      }),
      createReview: (request, context) => ({ review: createReview(community, request, me(context)) }),
      deleteReview({ reviewId }, context) {
        const held = heldOf(community, reviewId);
        const { user } = mustSignIn(community, context).account;
        if (held.review.reviewer?.userId !== user.id) {
          fail(Code.PermissionDenied, "not_author", "only who wrote it may do that");
        }
        held.deleted = true;
        held.reports = [];
        note(community, held, "DELETED", user, "");
        return {};
      },
      markHelpful({ reviewId }, context) {
        const { review } = anothers(reviewId, me(context));
        const mark = `${reviewId} ${me(context)}`;
        if (!community.helped.has(mark)) {
          community.helped.add(mark);
          review.helpfulCount++;
        }
        return { helpfulCount: review.helpfulCount };
      },
      respondToReview({ reviewId, response }, context) {
        const user = must(Role.ORGANIZER, context);
        const held = heldOf(community, reviewId);
        const { response: _, respondedAt: __, ...bare } = held.review;
        held.review = create(ReviewSchema, { ...bare, response, ...(response && { respondedAt: now() }) });
        note(community, held, "RESPONDED", user, "");
        return { review: held.review };
      },
      ...moderation(community, { me, must, anothers }),
    });
}
