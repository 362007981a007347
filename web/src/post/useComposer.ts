import { create } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Post, PostService } from "@throng/gen/throng/post/v1/post_pb";
import { TimelineItemSchema, Why } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { newIdempotencyKey } from "@throng/sdk";
import { useRef, useState } from "react";
import { sayFault, sayViolations } from "../app/faults";
import { useUploads } from "../media/useUploads";
import { toast } from "../ui/toasts";
import { useMe } from "../user/useMe";
import { bringHome, patchPost, refreshAround, refreshHome } from "./cache";

export const maxCharacters = 2000;
export const maxPictures = 4;

/** The state of a post that is being written, as an answer to another or on its own. */
export function useComposer(replyTo: Post | undefined, onPosted: ((post: Post) => void) | undefined) {
  const [text, setText] = useDraft(replyTo?.id ?? "");
  const [problem, setProblem] = useState("");
  const pictures = useUploads(maxPictures);
  const keyFor = useKey();
  const announce = useAnnounce();
  const { mutate, isPending } = useMutation(PostService.method.createPost, {
    onSuccess: ({ post }) => {
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

/**
 * One key for one content: a second try sends the same key and makes no second
 * post, while changed words are a post of their own.
 */
function useKey() {
  const last = useRef({ content: "", key: "" });
  return (content: string) => {
    if (last.current.content !== content) {
      last.current = { content, key: newIdempotencyKey() };
    }
    return last.current.key;
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

/** Words that outlive leaving the page by mistake, one draft for each post replied to. */
function useDraft(replyToId: string) {
  const key = `throng.draft.${replyToId}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  return [
    text,
    (next: string) => {
      setText(next);
      if (next) {
        sessionStorage.setItem(key, next);
      } else {
        sessionStorage.removeItem(key);
      }
    },
  ] as const;
}
