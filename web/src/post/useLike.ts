import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { sayFault } from "../app/faults";
import { toast } from "../ui/toasts";
import { patchPost } from "./cache";

/** Likes a post or takes the like back: shown at once, and undone if it fails. */
export function useLike(post: Post) {
  const client = useQueryClient();
  const liked = post.likedByMe;
  const mark = (likedByMe: boolean) =>
    patchPost(client, post.id, (each) =>
      each.likedByMe === likedByMe
        ? each
        : { ...each, likedByMe, likeCount: each.likeCount + (likedByMe ? 1n : -1n) },
    );
  const { mutate, isPending } = useMutation(
    liked ? PostService.method.unlikePost : PostService.method.likePost,
    {
      onMutate: () => mark(!liked),
      onSuccess: ({ likeCount }) => patchPost(client, post.id, (each) => ({ ...each, likeCount })),
      onError: (err) => {
        mark(liked);
        toast(sayFault(err), "failed");
      },
    },
  );
  return () => {
    // The answer under way settles the count; a second press would race it.
    if (!isPending) {
      mutate({ postId: post.id });
    }
  };
}
