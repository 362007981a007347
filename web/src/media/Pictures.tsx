import type { Media } from "@throng/gen/throng/media/v1/media_pb";
import { useState } from "react";
import { useServices } from "../app/services";
import { Dialog } from "../ui/Dialog";

/** The pictures of a post, at most four, each opening large. */
export function Pictures(props: { media: Media[]; author: string }) {
  const { throng } = useServices();
  const [open, setOpen] = useState<number>();
  const shown = open === undefined ? undefined : props.media[open];
  const describe = (index: number) =>
    props.media.length === 1
      ? `Picture by ${props.author}`
      : `Picture ${index + 1} of ${props.media.length} by ${props.author}`;
  if (props.media.length === 0) {
    return null;
  }
  return (
    <>
      <ul
        className={`mt-3 grid gap-1.5 overflow-hidden rounded-2xl ${grids[props.media.length] ?? grids[4]}`}
      >
        {props.media.map((picture, index) => (
          <li
            className="relative min-h-0 overflow-hidden bg-line first:data-three:row-span-2"
            data-three={props.media.length === 3 || undefined}
            key={picture.id}
          >
            <button
              aria-label={`Open: ${describe(index)}`}
              className="block size-full focus-visible:outline-offset-[-3px]"
              onClick={() => setOpen(index)}
              type="button"
            >
              <img
                alt={describe(index)}
                className={`size-full object-cover ${props.media.length === 1 ? "max-h-[32rem]" : ""}`}
                decoding="async"
                height={picture.height || undefined}
                loading="lazy"
                src={throng.resolve(picture.url)}
                width={picture.width || undefined}
              />
            </button>
          </li>
        ))}
      </ul>
      {shown && open !== undefined && (
        <Dialog className="w-auto max-w-[96vw]" onClose={() => setOpen(undefined)} title={describe(open)}>
          <img
            alt={describe(open)}
            className="max-h-[75dvh] rounded-xl object-contain"
            height={shown.height || undefined}
            src={throng.resolve(shown.url)}
            width={shown.width || undefined}
          />
        </Dialog>
      )}
    </>
  );
}

const grids: Record<number, string> = {
  1: "",
  2: "aspect-[16/10] grid-cols-2",
  3: "aspect-[16/10] grid-cols-2 grid-rows-2",
  4: "aspect-[16/10] grid-cols-2 grid-rows-2",
};
