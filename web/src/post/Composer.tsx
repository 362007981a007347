import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useId } from "react";
import { PictureButton } from "../media/PictureButton";
import { UploadTray } from "../media/UploadTray";
import { Button } from "../ui/Button";
import { Counter, GrowingText } from "../ui/GrowingText";
import { Avatar } from "../user/Avatar";
import { useMe } from "../user/useMe";
import { maxPictures, useComposer } from "./useComposer";

interface ComposerProps {
  replyTo?: Post;
  autoFocus?: boolean;
  /** More room from the start, for a dialog. */
  roomy?: boolean;
  onPosted?(post: Post): void;
}

/** Writes a post or a reply. Pictures may be chosen, pasted or dropped. */
export function Composer({ replyTo, autoFocus, roomy, onPosted }: ComposerProps) {
  const composer = useComposer(replyTo, onPosted);
  const { text, pictures, problem, left } = composer;
  const id = useId();
  const label = replyTo ? "Your reply" : "Your post";
  const shortcut = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      composer.post();
    }
  };
  const takeFrom = (event: ClipboardEvent | DragEvent, data: DataTransfer) => {
    const files = [...data.files].filter((file) => file.type.startsWith("image/"));
    if (files.length > 0) {
      event.preventDefault();
      composer.addPictures(files);
    }
  };
  return (
    <form
      aria-label={replyTo ? "Reply" : "New post"}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => takeFrom(event, event.dataTransfer)}
      onSubmit={(event) => {
        event.preventDefault();
        composer.post();
      }}
    >
      <div className="flex gap-3">
        <Avatar user={useMe()} />
        <div className="-ml-1.5 min-w-0 flex-1">
          <GrowingText
            aria-describedby={`${id}-problem`}
            aria-invalid={problem || left < 0 ? true : undefined}
            aria-label={label}
            autoFocus={autoFocus}
            onChange={(event) => composer.setText(event.target.value)}
            onKeyDown={shortcut}
            onPaste={(event) => takeFrom(event, event.clipboardData)}
            placeholder={replyTo ? "Write a reply" : "What is going on?"}
            rows={roomy ? 5 : 1}
            value={text}
          />
          <p className="text-sm font-medium text-danger empty:hidden" id={`${id}-problem`} role="alert">
            {problem}
          </p>
          <UploadTray onRemove={pictures.remove} uploads={pictures.uploads} />
          <div className="mt-2 flex items-center gap-2">
            <div>
              <PictureButton
                disabled={pictures.full}
                label={pictures.full ? `No more than ${maxPictures} pictures` : "Add pictures"}
                multiple
                onFiles={composer.addPictures}
              />
            </div>
            <Counter left={left} />
            <Button
              busy={composer.posting}
              className="ml-auto"
              disabled={!composer.ready}
              size="small"
              type="submit"
            >
              {replyTo ? "Reply" : "Post"}
            </Button>
          </div>
        </div>
      </div>
    </form>
  );
}
