/** Sends bytes to an upload address and tells how far it is, from 0 to 1. */
export type Put = (
  url: string,
  body: Blob,
  options: { contentType: string; signal: AbortSignal; onProgress(share: number): void },
) => Promise<void>;

/** Why bytes did not arrive, for people. */
export class UploadError extends Error {}

/** By XMLHttpRequest, because fetch tells nothing of an upload's progress. */
export const putByXhr: Put = (url, body, { contentType, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", url);
    xhr.setRequestHeader("Content-Type", contentType);
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onload = () =>
      xhr.status >= 200 && xhr.status < 300
        ? resolve()
        : reject(new UploadError(`The picture was not taken (${xhr.status}).`));
    xhr.onerror = () => reject(new UploadError("The connection broke while the picture was sent."));
    xhr.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(body);
  });
