import { Code } from "@connectrpc/connect";
import { useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { useSession } from "../app/services";
import { useTitle } from "../app/useTitle";
import { buttonClass } from "../ui/Button";
import { More } from "../ui/More";
import { Faulted, Notice, PostShapes } from "../ui/Notice";
import { PageHead, useBack } from "../ui/PageHead";
import { nameOf } from "../user/name";
import { Composer } from "./Composer";
import { PostCard } from "./PostCard";
import { useAuthors } from "./useAuthors";

const route = getRouteApi("/posts/$postId");

/** One post with what it answers and what answers it. */
export function PostPage() {
  const { postId } = route.useParams();
  const query = useQuery(PostService.method.getPost, { postId });
  const post = query.data?.post;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  return (
    <>
      <PageHead title="Post" />
      {query.isPending && <PostShapes />}
      {gone && (
        <Notice title="This post is not there" word="gone">
          It was deleted, or its address is wrong.
        </Notice>
      )}
      {query.isError && !gone && !post && <Faulted error={query.error} retry={query.refetch} />}
      {post && !gone && <Thread key={post.id} post={post} />}
    </>
  );
}

function Thread({ post }: { post: Post }) {
  const session = useSession();
  const back = useBack();
  const author = useAuthors([[post]])(post);
  useTitle(author ? `${nameOf(author)}: ${post.text.slice(0, 60)}` : "Post");
  return (
    <div className="flex flex-col gap-2.5">
      {post.replyToId && <Parent postId={post.replyToId} />}
      <PostCard author={author} main onDeleted={back} post={post} />
      <div className="panel scroll-mt-20 p-4 sm:px-5" id="reply">
        {session ? (
          <Composer autoFocus={location.hash === "#reply"} replyTo={post} />
        ) : (
          <p className="flex flex-wrap items-center justify-between gap-3 text-soft">
            Sign in to answer.
            <Link
              className={buttonClass("outline", "small")}
              search={{ next: location.pathname }}
              to="/signin"
            >
              Sign in
            </Link>
          </p>
        )}
      </div>
      <Replies postId={post.id} />
    </div>
  );
}

/** The post that this one answers, where it is still there. */
function Parent({ postId }: { postId: string }) {
  const { data, error } = useQuery(PostService.method.getPost, { postId });
  const post = data?.post;
  const authorOf = useAuthors(post ? [[post]] : []);
  if (error?.code === Code.NotFound) {
    return <p className="panel px-5 py-3 text-sm text-soft">The post that this one answers was deleted.</p>;
  }
  return post ? <PostCard author={authorOf(post)} post={post} /> : null;
}

function Replies({ postId }: { postId: string }) {
  const query = useInfiniteQuery(
    PostService.method.listReplies,
    { postId, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const pages = query.data?.pages.map((page) => page.posts) ?? [];
  const posts = pages.flat();
  const authorOf = useAuthors(pages.filter((page) => page.length > 0));
  return (
    <section aria-label="Replies">
      {query.isError && posts.length === 0 && <Faulted error={query.error} retry={query.refetch} />}
      {query.isSuccess && posts.length === 0 && (
        <p className="py-6 text-center text-sm text-soft">No replies yet.</p>
      )}
      <div aria-busy={query.isFetching} aria-label="Replies" className="flex flex-col gap-2.5" role="feed">
        {posts.map((post, index) => (
          <PostCard answering author={authorOf(post)} key={post.id} position={index + 1} post={post} />
        ))}
      </div>
      <More query={query} />
    </section>
  );
}
