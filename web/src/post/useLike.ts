import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { sayFault } from "../app/faults";
import { toast } from "../ui/toasts";
import { patchPost } from "./cache";

/** Likes a post or takes the like back: shown at once, and undone if it fails. */
export function useLike(post: Post): () => void {
  const client = useQueryClient();
  const mark = (likedByMe: boolean) =>
    patchPost(client, post.id, (each) =>
      each.likedByMe === likedByMe
        ? each
        : { ...each, likedByMe, likeCount: each.likeCount + (likedByMe ? 1n : -1n) },
    );
  const options = (likes: boolean) => ({
    onMutate: () => mark(likes),
    onSuccess: ({ likeCount }: { likeCount: bigint }) =>
      patchPost(client, post.id, (each) => ({ ...each, likeCount })),
    onError: (err: unknown) => {
      mark(!likes);
      toast(sayFault(err), "failed");
    },
  });
  const like = useMutation(PostService.method.likePost, options(true));
  const unlike = useMutation(PostService.method.unlikePost, options(false));
  return () => {
    // The answer under way settles the count; a second press would race it.
    if (!like.isPending && !unlike.isPending) {
      (post.likedByMe ? unlike : like).mutate({ postId: post.id });
    }
  };
}
