import type { Media } from "@throng/gen/throng/media/v1/media_pb";
import { useState } from "react";
import type { PrepareOptions } from "./prepare";
import { useUploads } from "./useUploads";

/** A picture as it will be: as it is, another, or none. */
export function usePicture(present: Media | undefined, options?: PrepareOptions) {
  const uploads = useUploads(1, options);
  const [removed, setRemoved] = useState(false);
  const upload = uploads.uploads[0];
  const kept = removed ? undefined : present;
  return {
    upload,
    kept,
    settled: uploads.settled,
    /** The id to send: undefined where nothing is to change. */
    change: upload?.mediaId ?? (removed && present ? "" : undefined),
    choose(files: File[]) {
      uploads.clear();
      setRemoved(false);
      uploads.add(files.slice(0, 1));
    },
    remove() {
      uploads.clear();
      setRemoved(true);
    },
  };
}

export type PictureState = ReturnType<typeof usePicture>;
