import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { lazy, Suspense, useState } from "react";
import { sayFault } from "../app/faults";
import { useSession } from "../app/services";
import { Confirm } from "../ui/Dialog";
import { Menu, type MenuAction } from "../ui/Menu";
import { toast } from "../ui/toasts";
import type { MaybeUser } from "../user/name";
import { useMe } from "../user/useMe";
import { patchPost } from "./cache";

const ExplainDialog = lazy(() =>
  import("../timeline/ExplainDialog").then((m) => ({ default: m.ExplainDialog })),
);

interface PostMenuProps {
  post: Post;
  author: MaybeUser;
  /** Offers to tell why it is in the reader's home timeline. */
  explain?: boolean | undefined;
  onDeleted?(): void;
}

/** The rarer things one can do with a post. */
export function PostMenu({ post, author, explain, onDeleted }: PostMenuProps) {
  const [asking, setAsking] = useState(false);
  const [explaining, setExplaining] = useState(false);
  const session = useSession();
  const own = session?.userId === post.authorId;
  const moderator = (useMe()?.role ?? Role.MEMBER) >= Role.MODERATOR;
  const remove = useDelete(post, onDeleted);
  const actions: MenuAction[] = [{ label: "Copy link", icon: "link", onSelect: () => void copyLink(post) }];
  if (explain && session) {
    actions.push({ label: "Why is this here?", icon: "question", onSelect: () => setExplaining(true) });
  }
  if (own || moderator) {
    actions.push({ label: "Delete post", icon: "trash", danger: true, onSelect: () => setAsking(true) });
  }
  return (
    <>
      <Menu actions={actions} label="More about this post" />
      <Suspense>
        {explaining && (
          <ExplainDialog author={author} onClose={() => setExplaining(false)} postId={post.id} />
        )}
      </Suspense>
      {asking && (
        <Confirm
          action="Delete post"
          busy={remove.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() => remove.mutate({ postId: post.id })}
          title="Delete this post?"
        >
          It goes from every timeline, and there is no way back. Replies to it stay.
        </Confirm>
      )}
    </>
  );
}

function useDelete(post: Post, onDeleted: (() => void) | undefined) {
  const client = useQueryClient();
  return useMutation(PostService.method.deletePost, {
    onSuccess: () => {
      toast("The post is deleted.");
      onDeleted?.();
      patchPost(client, post.id, () => undefined);
      if (post.replyToId) {
        patchPost(client, post.replyToId, (parent) => ({ ...parent, replyCount: parent.replyCount - 1n }));
      }
    },
    onError: (err) => toast(sayFault(err), "failed"),
  });
}

async function copyLink(post: Post) {
  try {
    await navigator.clipboard.writeText(new URL(`/posts/${post.id}`, location.href).href);
    toast("Link copied.");
  } catch {
    toast("The browser does not let links be copied here.", "failed");
  }
}
