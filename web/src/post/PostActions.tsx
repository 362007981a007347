import { Link, useNavigate } from "@tanstack/react-router";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import { useSession } from "../app/services";
import { counted, shortCount } from "../ui/count";
import { Icon } from "../ui/Icon";
import { useLike } from "./useLike";

const look =
  "-ml-2.5 inline-flex min-h-10 min-w-10 items-center gap-2 rounded-full px-2.5 text-sm font-medium tabular-nums transition-colors";

/** What one can do with a post: answer it and like it. */
export function PostActions({ post }: { post: Post }) {
  return (
    <footer className="mt-2 -mb-2 flex gap-6 text-soft">
      <Link
        aria-label={`Reply, ${counted(post.replyCount, "reply", "replies")}`}
        className={`${look} hover:bg-ground hover:text-ink`}
        hash="reply"
        params={{ postId: post.id }}
        to="/posts/$postId"
      >
        <Icon name="reply" size={20} />
        {post.replyCount > 0n && shortCount(post.replyCount)}
      </Link>
      <LikeButton post={post} />
    </footer>
  );
}

function LikeButton({ post }: { post: Post }) {
  const toggle = useLike(post);
  const session = useSession();
  const navigate = useNavigate();
  const liked = post.likedByMe;
  return (
    <button
      aria-label={`Like, ${counted(post.likeCount, "like", "likes")}`}
      aria-pressed={liked}
      className={`${look} hover:bg-ground ${liked ? "text-heart" : "hover:text-heart"}`}
      data-action="like"
      onClick={() =>
        session ? toggle() : void navigate({ to: "/signin", search: { next: location.pathname } })
      }
      type="button"
    >
      <Icon className={liked ? "animate-pop" : ""} filled={liked} name="heart" size={20} />
      {post.likeCount > 0n && shortCount(post.likeCount)}
    </button>
  );
}
