import { create } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { TimelineItemSchema, Why } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { useState } from "react";
import { sayFault, sayViolations } from "../app/faults";
import { useDraft } from "../app/useDraft";
import { useKey } from "../app/useKey";
import { useUploads } from "../media/useUploads";
import { toast } from "../ui/toasts";
import { useMe } from "../user/useMe";
import { bringHome, patchPost, refreshAround, refreshHome } from "./cache";

export const maxCharacters = 2000;
export const maxPictures = 4;

/** The state of a post that is being written, as an answer to another or on its own. */
export function useComposer(replyTo: Post | undefined, onPosted: ((post: Post) => void) | undefined) {
  const [text, setText] = useDraft(`throng.draft.${replyTo?.id ?? ""}`);
  const [problem, setProblem] = useState("");
  const pictures = useUploads(maxPictures);
  const { keyFor, spend } = useKey();
  const announce = useAnnounce();
  const { mutate, isPending } = useMutation(PostService.method.createPost, {
    onSuccess: ({ post }) => {
      spend();
      setText("");
      pictures.clear();
      if (post) {
        announce(post);
        onPosted?.(post);
      }
    },
    onError: (err) => {
      const [broken] = Object.values(sayViolations(err));
      setProblem(broken ?? sayFault(err));
    },
  });

  // The contract counts code points, as many as a spread makes of the text.
  const left = maxCharacters - [...text].length;
  const empty = text.trim() === "" && pictures.uploads.length === 0;
  const ready = !empty && left >= 0 && pictures.settled && !isPending;
  return {
    text,
    setText(next: string) {
      setProblem("");
      setText(next);
    },
    pictures,
    addPictures(files: File[]) {
      if (pictures.add(files) > 0) {
        toast(`A post has at most ${maxPictures} pictures.`, "failed");
      }
    },
    problem,
    left,
    ready,
    posting: isPending,
    post() {
      if (ready) {
        const message = { text, mediaIds: pictures.mediaIds, replyToId: replyTo?.id ?? "" };
        setProblem("");
        mutate({ ...message, idempotencyKey: keyFor(JSON.stringify(message)) });
      }
    },
  };
}

/** Shows a new post everywhere it belongs. */
function useAnnounce() {
  const client = useQueryClient();
  const author = useMe();
  return (post: Post) => {
    if (author) {
      bringHome(client, [create(TimelineItemSchema, { post, author, why: Why.OWN })]);
    } else {
      void refreshHome(client);
    }
    if (post.replyToId) {
      patchPost(client, post.replyToId, (each) => ({ ...each, replyCount: each.replyCount + 1n }));
    }
    refreshAround(client, post.authorId, post.replyToId);
    toast(post.replyToId ? "Your reply is out." : "Your post is out.");
  };
}
