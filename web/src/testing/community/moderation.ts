import { create } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import {
  ModerationEntry_Action as Action,
  ModerationEntrySchema,
  Verdict,
} from "@throng/gen/throng/review/v1/moderation_pb";
import type { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { type Held, heldOf } from "./reviews";
import { type Community, now, pageOf } from "./store";

type Moderation = Pick<
  ServiceImpl<typeof ReviewService>,
  "reportReview" | "listReported" | "resolveReport" | "listModeration"
>;

interface Doors {
  me(context: HandlerContext): string;
  must(role: Role, context: HandlerContext): User;
  anothers(reviewId: string, userId: string): Held;
}

const threshold = 5;

/** Writes into a review's record what was done to it. */
export function note(
  community: Community,
  held: Held,
  action: keyof typeof Action,
  user: User | undefined,
  reason: string,
): void {
  held.record.push(
    create(ModerationEntrySchema, {
      id: community.nextId(),
      action: Action[action],
      ...(user && { user }),
      reason,
      at: now(),
    }),
  );
}

/** Lets somebody report a review. */
export function report(community: Community, held: Held, userId: string, reason: string): void {
  if (held.reporters.has(userId)) {
    return;
  }
  held.reporters.add(userId);
  held.reports.push({ userId, reason, at: now() });
  note(community, held, "REPORTED", community.account(userId).user, reason);
  if (held.reports.length >= threshold && !held.kept) {
    held.hidden = true;
    note(community, held, "HIDDEN_BY_REPORTS", undefined, "");
  }
}

export function moderation(community: Community, { me, must, anothers }: Doors): Moderation {
  return {
    reportReview({ reviewId, reason }, context) {
      report(community, anothers(reviewId, me(context)), me(context), reason);
      return {};
    },
    listReported(request, context) {
      must(Role.MODERATOR, context);
      const all = [...community.reviews.values()].filter(({ reports }) => reports.length > 0);
      const { part, nextPageToken } = pageOf(all, ({ review }) => review.id, request);
      const reported = part.map(({ review, reports, hidden }) => {
        const [first] = reports;
        const { id, productId, rating, summary, body, reviewer } = review;
        return {
          reviewId: id,
          productId,
          rating,
          summary,
          body,
          reviewerName: reviewer?.name ?? "",
          reportCount: BigInt(reports.length),
          reasons: reports.map(({ reason }) => reason).filter(Boolean),
          ...(first?.at && { reportedAt: first.at }),
          hidden,
        };
      });
      return { reported, nextPageToken };
    },
    resolveReport({ reviewId, verdict, reason }, context) {
      const user = must(Role.MODERATOR, context);
      const held = heldOf(community, reviewId);
      held.hidden = verdict === Verdict.HIDE;
      held.kept = verdict === Verdict.KEEP;
      held.reports = [];
      note(community, held, held.hidden ? "HIDDEN" : "KEPT", user, reason);
      return {};
    },
    listModeration(request, context) {
      must(Role.MODERATOR, context);
      const held = community.reviews.get(request.reviewId) ?? heldOf(community, request.reviewId);
      const all = [...held.record].reverse();
      const { part, nextPageToken } = pageOf(all, ({ id }) => id, request);
      return { entries: part, nextPageToken };
    },
  };
}
