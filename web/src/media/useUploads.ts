import { useMutation } from "@connectrpc/connect-query";
import { MediaService } from "@throng/gen/throng/media/v1/media_pb";
import { newIdempotencyKey } from "@throng/sdk";
import { useEffect, useRef, useState } from "react";
import { sayFault } from "../app/faults";
import { useServices } from "../app/services";
import { type PrepareOptions, prepare } from "./prepare";
import { UploadError } from "./put";

/** A picture on its way to the server. */
export interface Upload {
  key: string;
  name: string;
  /** An address of this page, for showing the picture before it is there. */
  preview: string;
  /** From 0 to 1. */
  progress: number;
  /** Set once the bytes have arrived. */
  mediaId?: string;
  /** Why they did not. */
  problem?: string;
}

/** Pictures chosen in a form: each is sent at once, and can be taken out. */
export function useUploads(limit: number, options: PrepareOptions = {}) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  // Several changes may come before the next rendering.
  const latest = useRef(uploads);
  const stops = useRef(new Map<string, AbortController>());
  const send = useSend(options);

  const set = (next: Upload[]) => {
    latest.current = next;
    setUploads(next);
  };
  const change = (key: string, part: Partial<Upload>) =>
    set(latest.current.map((each) => (each.key === key ? { ...each, ...part } : each)));
  const remove = (gone: (upload: Upload) => boolean) => {
    release(latest.current.filter(gone), stops.current);
    set(latest.current.filter((each) => !gone(each)));
  };

  useEffect(
    // What is still under way when the form goes is not waited for.
    () => () => release(latest.current, stops.current),
    [],
  );

  const begin = async (upload: Upload, file: File) => {
    const stop = new AbortController();
    stops.current.set(upload.key, stop);
    try {
      const mediaId = await send(upload.key, file, stop.signal, (progress) =>
        change(upload.key, { progress }),
      );
      change(upload.key, { mediaId, progress: 1 });
    } catch (err) {
      if (!stop.signal.aborted) {
        change(upload.key, { problem: err instanceof UploadError ? err.message : sayFault(err) });
      }
    }
  };

  return {
    uploads,
    full: uploads.length >= limit,
    /** Nothing is still under way and nothing has failed. */
    settled: uploads.every((each) => each.mediaId),
    mediaIds: uploads.flatMap((each) => each.mediaId ?? []),
    /** Takes as many files as there is room for; answers how many were left out. */
    add(files: File[]): number {
      const taken = files.slice(0, limit - latest.current.length);
      const added = taken.map((file) => ({ file, upload: uploadOf(file) }));
      set([...latest.current, ...added.map(({ upload }) => upload)]);
      for (const { file, upload } of added) {
        void begin(upload, file);
      }
      return files.length - taken.length;
    },
    remove: (key: string) => remove((each) => each.key === key),
    clear: () => remove(() => true),
  };
}

/** Stops what is under way for pictures that are no longer wanted. */
function release(uploads: Upload[], stops: Map<string, AbortController>) {
  for (const { key, preview } of uploads) {
    stops.get(key)?.abort();
    stops.delete(key);
    URL.revokeObjectURL(preview);
  }
}

function uploadOf(file: File): Upload {
  return { key: newIdempotencyKey(), name: file.name, preview: URL.createObjectURL(file), progress: 0 };
}

/** The three steps of an upload: prepare, reserve, send. */
function useSend(options: PrepareOptions) {
  const { throng, put } = useServices();
  const { mutateAsync: createUpload } = useMutation(MediaService.method.createUpload);
  return async (key: string, file: File, signal: AbortSignal, onProgress: (share: number) => void) => {
    const body = await prepare(file, options);
    const { mediaId, uploadUrl } = await createUpload({
      contentType: body.type,
      size: BigInt(body.size),
      idempotencyKey: key,
    });
    signal.throwIfAborted();
    await put(throng.resolve(uploadUrl), body, { contentType: body.type, signal, onProgress });
    return mediaId;
  };
}
