import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useTitle } from "../app/useTitle";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { useMe } from "../user/useMe";
import { ReportedCard } from "./ReportedCard";

/** Reviews that somebody has reported, those reported first on top. */
export function ModerationPage() {
  const me = useMe();
  useTitle("Moderation");
  return (
    <>
      <PageHead title="Moderation" />
      {!me && <Loading />}
      {me && (me.role >= Role.MODERATOR ? <Queue /> : <NoModerator />)}
    </>
  );
}

/** What others than moderators see of moderation. */
export function NoModerator() {
  return (
    <Notice title="Only moderators decide on reviews" word="role">
      To have them look at a review, report it: its menu is at its top.
    </Notice>
  );
}

function Queue() {
  const query = useInfiniteQuery(
    ReviewService.method.listReported,
    { pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      // What is decided stays in its place until the page is left.
      refetchOnMount: "always",
      refetchOnWindowFocus: false,
      gcTime: 0,
    },
  );
  const reported = query.data?.pages.flatMap((page) => page.reported);
  return (
    <section aria-label="Reported reviews">
      {query.isPending && <Loading />}
      {query.isError && !reported && <Faulted error={query.error} retry={query.refetch} />}
      {reported?.length === 0 && (
        <Notice title="Nothing waits" word="ok">
          Reviews that people report appear here.
        </Notice>
      )}
      <ul aria-busy={query.isFetching} aria-label="Reported reviews" className="flex flex-col gap-2.5">
        {reported?.map((each) => (
          <ReportedCard key={each.reviewId} reported={each} />
        ))}
      </ul>
      <More query={query} />
    </section>
  );
}
