import { Link, useNavigate } from "@tanstack/react-router";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import { type MouseEvent, useId } from "react";
import { Pictures } from "../media/Pictures";
import { Time } from "../ui/Time";
import { Avatar } from "../user/Avatar";
import { type MaybeUser, nameOf } from "../user/name";
import { PostActions } from "./PostActions";
import { PostMenu } from "./PostMenu";
import { isLong, PostText } from "./PostText";

interface PostCardProps {
  post: Post;
  author: MaybeUser;
  /** Place in the feed, from 1. */
  position?: number;
  /** It stands in the home timeline. */
  home?: boolean;
  /** The post of its own page: larger, and not a way to itself. */
  main?: boolean;
  /** It stands below the post that it answers, which need not be said then. */
  answering?: boolean;
  onDeleted?(): void;
}

/** One post, as an article of a feed. */
export function PostCard({ post, author, position, home, main, answering, onDeleted }: PostCardProps) {
  const labelId = useId();
  const navigate = useNavigate();
  const open = () => void navigate({ to: "/posts/$postId", params: { postId: post.id } });
  return (
    <article
      aria-labelledby={labelId}
      aria-posinset={position}
      aria-setsize={position ? -1 : undefined}
      className={`panel p-4 sm:px-5 ${main ? "" : "lazily-drawn cursor-pointer"}`}
      data-post={post.id}
      onClick={(event) => !main && !isControl(event) && open()}
      onKeyDown={(event) => !main && event.key === "Enter" && event.target === event.currentTarget && open()}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus
      tabIndex={0}
    >
      <div className="flex gap-3">
        <AuthorLink user={author} />
        <div className="min-w-0 flex-1">
          <header className="flex items-start gap-2">
            <div className="min-w-0 flex-1 leading-snug" id={labelId}>
              <AuthorName user={author} />
              <p className="flex gap-1.5 text-sm text-soft">
                {author && <span className="truncate">@{author.handle}</span>}
                <span aria-hidden="true">·</span>
                <Link
                  className="shrink-0 hover:text-ink hover:underline"
                  params={{ postId: post.id }}
                  to="/posts/$postId"
                >
                  <Time at={post.createdAt} />
                </Link>
              </p>
            </div>
            <div className="-mt-1.5 -mr-2">
              <PostMenu
                author={author}
                explain={home || main}
                {...(onDeleted && { onDeleted })}
                post={post}
              />
            </div>
          </header>
          {!main && <Body author={author} parent={!answering} post={post} />}
          {!main && <PostActions post={post} />}
        </div>
      </div>
      {main && <Body author={author} main post={post} />}
      {main && <PostActions post={post} />}
    </article>
  );
}

function Body({
  post,
  author,
  main,
  parent,
}: Pick<PostCardProps, "post" | "author" | "main"> & { parent?: boolean }) {
  return (
    <div className={main ? "mt-3" : "mt-1"}>
      {post.replyToId && parent && (
        <Link
          className="text-sm text-soft hover:text-ink hover:underline"
          params={{ postId: post.replyToId }}
          to="/posts/$postId"
        >
          in reply to a post
        </Link>
      )}
      <PostText className={main ? "text-lg" : isLong(post.text) ? "line-clamp-10" : ""} text={post.text} />
      {!main && isLong(post.text) && (
        <Link
          className="font-semibold text-brand hover:underline"
          params={{ postId: post.id }}
          to="/posts/$postId"
        >
          Read on
        </Link>
      )}
      <Pictures author={nameOf(author)} media={post.media} />
    </div>
  );
}

/** The picture repeats the name's link, so it is left out for keyboard and screen reader. */
function AuthorLink({ user }: { user: MaybeUser }) {
  if (!user) {
    return <Avatar user={user} />;
  }
  return (
    <Link
      aria-hidden="true"
      className="self-start"
      params={{ handle: user.handle }}
      tabIndex={-1}
      to="/@{$handle}"
    >
      <Avatar user={user} />
    </Link>
  );
}

function AuthorName({ user }: { user: MaybeUser }) {
  const name = <bdi className="block truncate font-bold">{nameOf(user)}</bdi>;
  return user ? (
    <Link className="hover:underline" params={{ handle: user.handle }} to="/@{$handle}">
      {name}
    </Link>
  ) : (
    name
  );
}

/** The press was for something within the card, or the end of a text selection. */
function isControl(event: MouseEvent): boolean {
  const control = (event.target as Element).closest("a, button, dialog, [role=menu]");
  return Boolean(control) || event.defaultPrevented || Boolean(getSelection()?.toString());
}
