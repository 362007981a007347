import { UploadError } from "./put";

/** What the contract takes, and how much of it. */
export const pictureTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const maxBytes = 8 * 1024 * 1024;
// More than any screen shows; phones take pictures three times as wide.
const maxEdge = 2560;

/** Make it fit into a square of so many pixels, cut to its middle. */
export interface PrepareOptions {
  square?: number;
}

/**
 * Makes a picture fit to be sent: as it is where that will do, else drawn anew,
 * smaller or as JPEG. Animations are never drawn anew.
 */
export async function prepare(file: File, options: PrepareOptions = {}): Promise<Blob> {
  const bitmap = await decode(file);
  const accepted = pictureTypes.includes(file.type) && file.size <= maxBytes;
  const fits = !options.square && Math.max(bitmap?.width ?? 0, bitmap?.height ?? 0) <= maxEdge;
  if (accepted && (fits || !bitmap || file.type === "image/gif")) {
    return file;
  }
  if (!bitmap) {
    throw new UploadError("This file is not a picture that can be shown.");
  }
  const drawn = await draw(
    bitmap,
    frameOf(bitmap, options.square),
    keepsAlpha(file) ? "image/webp" : "image/jpeg",
  );
  if (drawn.size > maxBytes || !pictureTypes.includes(drawn.type)) {
    throw new UploadError("This picture is too large.");
  }
  return drawn;
}

interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** The part of a picture to draw, and how small. */
function frameOf({ width, height }: { width: number; height: number }, square: number | undefined): Frame {
  if (!square) {
    return { x: 0, y: 0, width, height, scale: Math.min(1, maxEdge / Math.max(width, height)) };
  }
  const edge = Math.min(width, height);
  return {
    x: (width - edge) / 2,
    y: (height - edge) / 2,
    width: edge,
    height: edge,
    scale: Math.min(1, square / edge),
  };
}

async function decode(file: File): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(file);
  } catch {
    return undefined;
  }
}

function keepsAlpha(file: File): boolean {
  return file.type === "image/png" || file.type === "image/webp";
}

function draw(bitmap: ImageBitmap, frame: Frame, type: string): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(frame.width * frame.scale);
  canvas.height = Math.round(frame.height * frame.scale);
  canvas
    .getContext("2d")
    ?.drawImage(bitmap, frame.x, frame.y, frame.width, frame.height, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    // Browsers that cannot write WebP answer with PNG, which is accepted too.
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new UploadError("This picture cannot be read."))),
      type,
      0.86,
    ),
  );
}
