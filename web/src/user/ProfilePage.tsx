import { Code } from "@connectrpc/connect";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi } from "@tanstack/react-router";
import { PostService } from "@throng/gen/throng/post/v1/post_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { useTitle } from "../app/useTitle";
import { useRelationships } from "../graph/relationships";
import { PostCard } from "../post/PostCard";
import { More } from "../ui/More";
import { Faulted, Notice, PostShapes } from "../ui/Notice";
import { nameOf } from "./name";
import { ProfileHead } from "./ProfileHead";
import { useUser } from "./useUser";

const route = getRouteApi("/@{$handle}");

/** Somebody's profile and posts. */
export function ProfilePage() {
  const { handle } = route.useParams();
  const query = useUser(handle);
  const user = query.data?.user;
  useTitle(user ? `${nameOf(user)} (@${user.handle})` : `@${handle}`);
  const unknown = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  if (user && !unknown) {
    return <Profile key={user.id} user={user} />;
  }
  if (unknown) {
    return (
      <Notice title={`There is no @${handle}`} word="who">
        The account was deleted, or the address has a typing error.
      </Notice>
    );
  }
  return query.isError ? <Faulted error={query.error} retry={query.refetch} /> : <PostShapes />;
}

function Profile({ user }: { user: User }) {
  const relationship = useRelationships([user.id]).get(user.id);
  return (
    <>
      <ProfileHead relationship={relationship} user={user} />
      {relationship?.blocking ? (
        <Notice title={`You have blocked ${nameOf(user)}`} word="shh">
          You do not see each other's posts in your timelines, and neither can follow the other.
        </Notice>
      ) : (
        <Posts user={user} />
      )}
    </>
  );
}

function Posts({ user }: { user: User }) {
  const query = useInfiniteQuery(
    PostService.method.listPostsByAuthor,
    { authorId: user.id, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const posts = query.data?.pages.flatMap((page) => page.posts);
  return (
    <section aria-label={`Posts by ${nameOf(user)}`}>
      {query.isPending && <PostShapes />}
      {query.isError && !posts && <Faulted error={query.error} retry={query.refetch} />}
      {posts?.length === 0 && <Notice title="No posts yet" word="..." />}
      <div
        aria-busy={query.isFetching}
        aria-label={`Posts by ${nameOf(user)}`}
        className="flex flex-col gap-2.5"
        role="feed"
      >
        {posts?.map((post, index) => (
          <PostCard author={user} key={post.id} position={index + 1} post={post} />
        ))}
      </div>
      <More query={query} />
    </section>
  );
}
