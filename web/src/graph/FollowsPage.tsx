import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi } from "@tanstack/react-router";
import { GraphService } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { useTitle } from "../app/useTitle";
import { More, type Paged } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { Tabs } from "../ui/Tabs";
import { nameOf } from "../user/name";
import { UserRows } from "../user/UserRow";
import { useUser } from "../user/useUser";

/** Who follows an account. */
export function FollowersPage() {
  const { handle } = getRouteApi("/@{$handle}/followers").useParams();
  return <FollowsPage Pages={Followers} handle={handle} title="Followers" />;
}

/** Whom an account follows. */
export function FollowingPage() {
  const { handle } = getRouteApi("/@{$handle}/following").useParams();
  return <FollowsPage Pages={Following} handle={handle} title="Following" />;
}

function FollowsPage(props: {
  handle: string;
  title: string;
  Pages(props: { user: User }): React.ReactNode;
}) {
  const query = useUser(props.handle);
  const user = query.data?.user;
  useTitle(user && `${props.title} of ${nameOf(user)}`);
  return (
    <>
      <PageHead title={user ? nameOf(user) : `@${props.handle}`} />
      <Tabs
        label="Follows"
        tabs={[
          { label: "Followers", to: "/@{$handle}/followers", params: { handle: props.handle } },
          { label: "Following", to: "/@{$handle}/following", params: { handle: props.handle } },
        ]}
      />
      {query.isPending && <Loading />}
      {query.isError && !user && <Faulted error={query.error} retry={query.refetch} />}
      {user && <props.Pages user={user} />}
    </>
  );
}

function Followers({ user }: { user: User }) {
  const query = useInfiniteQuery(
    GraphService.method.listFollowers,
    { userId: user.id, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const pages = query.data?.pages.map((page) => page.followers.flatMap((entry) => entry.user ?? []));
  return <People empty={`Nobody follows ${nameOf(user)} yet`} pages={pages} query={query} />;
}

function Following({ user }: { user: User }) {
  const query = useInfiniteQuery(
    GraphService.method.listFollowing,
    { userId: user.id, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const pages = query.data?.pages.map((page) => page.following.flatMap((entry) => entry.user ?? []));
  return <People empty={`${nameOf(user)} follows nobody yet`} pages={pages} query={query} />;
}

function People(props: {
  pages: User[][] | undefined;
  empty: string;
  query: Paged & { isPending: boolean; isError: boolean; refetch(): unknown };
}) {
  const { pages, query } = props;
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && !pages && <Faulted error={query.error} retry={query.refetch} />}
      {pages?.every((page) => page.length === 0) && <Notice title={props.empty} word="oh" />}
      <ul className="flex flex-col gap-2.5">
        {pages?.map((users, index) => (
          <UserRows key={index === 0 ? "first" : users[0]?.id} users={users} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}
