import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import {
  ModerationEntry_Action as Action,
  type ModerationEntry,
} from "@throng/gen/throng/review/v1/moderation_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { Icon, type IconName } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { Time } from "../ui/Time";
import { nameOf } from "../user/name";

/** What was done to a review, newest first. */
export function ReviewRecord({ reviewId }: { reviewId: string }) {
  const query = useRecord(reviewId);
  const entries = query.data?.pages.flatMap((page) => page.entries);
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && !entries && <Faulted error={query.error} retry={query.refetch} />}
      {entries?.length === 0 && <p className="text-soft">Nothing yet.</p>}
      <ol aria-label="What was done to it" className="flex flex-col gap-3">
        {entries?.map((entry) => (
          <Entry entry={entry} key={entry.id} />
        ))}
      </ol>
      <More query={query} />
    </>
  );
}

/** The record of a review, page by page. */
export function useRecord(reviewId: string) {
  return useInfiniteQuery(
    ReviewService.method.listModeration,
    { reviewId, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
}

const deeds: Record<Action, [words: string, icon: IconName]> = {
  [Action.UNSPECIFIED]: ["did something", "question"],
  [Action.REPORTED]: ["reported it", "flag"],
  [Action.HIDDEN_BY_REPORTS]: ["Hidden until somebody decides, as enough people reported it", "warning"],
  [Action.HIDDEN]: ["hid it", "block"],
  [Action.KEPT]: ["kept it", "check"],
  [Action.RESPONDED]: ["answered as the shop, or changed the answer", "shop"],
  [Action.DELETED]: ["deleted it", "trash"],
};

function Entry({ entry }: { entry: ModerationEntry }) {
  const { action, user, reason, at } = entry;
  const [words, icon] = deeds[action] ?? deeds[Action.UNSPECIFIED];
  return (
    <li className="flex gap-3">
      <Icon className="mt-0.5 text-soft" name={icon} size={20} />
      <div className="min-w-0">
        <p className="wrap-anywhere">
          {action !== Action.HIDDEN_BY_REPORTS && <Who user={user} />} {words}{" "}
          <span className="text-sm text-soft">
            · <Time at={at} />
          </span>
        </p>
        {reason && (
          <p className="text-sm text-soft wrap-anywhere" dir="auto">
            {reason}
          </p>
        )}
      </div>
    </li>
  );
}

/** Of whoever left there is only the id. */
function Who({ user }: Pick<ModerationEntry, "user">) {
  if (!user?.handle) {
    return <b>{nameOf(null)}</b>;
  }
  return (
    <Link className="font-semibold hover:underline" params={{ handle: user.handle }} to="/@{$handle}">
      <bdi>{nameOf(user)}</bdi>
    </Link>
  );
}
