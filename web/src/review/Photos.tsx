import type { Photo } from "@throng/gen/throng/review/v1/review_pb";
import { lazy, Suspense, useState } from "react";
import { useServices } from "../app/services";
import { Icon } from "../ui/Icon";

const PhotoViewer = lazy(() => import("./PhotoViewer").then((m) => ({ default: m.PhotoViewer })));

/**
 * The pictures of a review. Those of imported ones are elsewhere, from where this
 * page loads nothing: they are links, for the reader to decide.
 */
export function Photos({ photos, name }: { photos: Photo[]; name: string }) {
  const { throng } = useServices();
  const [open, setOpen] = useState<number>();
  const here = photos.filter(({ media }) => media);
  return (
    <>
      {here.length > 0 && (
        <ul aria-label={`Pictures by ${name}`} className="mt-3 flex flex-wrap gap-1.5">
          {here.map((photo, index) => (
            <li className="size-20 overflow-hidden rounded-xl bg-line sm:size-24" key={photo.url}>
              <button
                aria-label={`Open picture ${index + 1} of ${here.length}`}
                className="block size-full focus-visible:outline-offset-[-3px]"
                onClick={() => setOpen(index)}
                type="button"
              >
                <img
                  alt=""
                  className="size-full object-cover"
                  decoding="async"
                  height={photo.media?.height || undefined}
                  loading="lazy"
                  src={throng.resolve(photo.url)}
                  width={photo.media?.width || undefined}
                />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Elsewhere photos={photos.filter(({ media }) => !media)} />
      <Suspense>
        {open !== undefined && (
          <PhotoViewer
            at={open}
            name={name}
            onClose={() => setOpen(undefined)}
            onMove={setOpen}
            photos={here}
          />
        )}
      </Suspense>
    </>
  );
}

function Elsewhere({ photos }: { photos: Photo[] }) {
  const links = [...new Set(photos.map(({ url }) => url))].flatMap((url) => {
    const host = hostOf(url);
    return host ? [{ url, host }] : [];
  });
  if (links.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Pictures elsewhere" className="mt-3 flex flex-wrap gap-x-4 text-sm">
      {links.map(({ url, host }, index) => (
        <li key={url}>
          <a
            className="inline-flex min-h-8 items-center gap-1.5 font-medium text-brand wrap-anywhere hover:underline"
            href={url}
            rel="noopener noreferrer nofollow ugc"
            target="_blank"
          >
            <Icon name="picture" size={18} />
            Picture {index + 1} on {host}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The server of an address of the web; nothing for any other. */
function hostOf(url: string): string | undefined {
  try {
    const { protocol, host } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? host : undefined;
  } catch {
    return undefined;
  }
}
