import type { Media } from "@throng/gen/throng/media/v1/media_pb";
import { useState } from "react";
import { useUploads } from "../media/useUploads";

/** The cover as it will be: as it is, another, or none. */
export function useCover(present: Media | undefined) {
  const uploads = useUploads(1);
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

export type CoverState = ReturnType<typeof useCover>;
