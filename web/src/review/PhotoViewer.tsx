import type { Photo } from "@throng/gen/throng/review/v1/review_pb";
import { useEffect } from "react";
import { useServices } from "../app/services";
import { IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";

interface ViewerProps {
  photos: Photo[];
  name: string;
  at: number;
  onMove(to: number): void;
  onClose(): void;
}

/** Pictures one at a time, large; the arrows lead from one to the next, and Escape out. */
export function PhotoViewer({ photos, name, at, onMove, onClose }: ViewerProps) {
  const { throng } = useServices();
  const photo = photos[at];
  const last = photos.length - 1;
  useArrows({
    ArrowLeft: at > 0 ? at - 1 : last,
    ArrowRight: at < last ? at + 1 : 0,
    Home: 0,
    End: last,
    onMove,
  });
  if (!photo) {
    return null;
  }
  const told = photos.length > 1 ? `Picture ${at + 1} of ${photos.length}` : "Picture";
  return (
    <Dialog className="w-auto max-w-[96vw]" onClose={onClose} title={`${told} by ${name}`}>
      <img
        alt={`${told} by ${name}`}
        className="mx-auto max-h-[70dvh] rounded-xl object-contain"
        height={photo.media?.height || undefined}
        key={photo.url}
        src={throng.resolve(photo.url)}
        width={photo.media?.width || undefined}
      />
      {photos.length > 1 && (
        <div className="mt-3 flex items-center justify-center gap-4">
          <IconButton label="Previous picture" onClick={() => onMove(at > 0 ? at - 1 : last)}>
            <Icon name="previous" />
          </IconButton>
          <p className="text-sm text-soft tabular-nums" role="status">
            {at + 1} of {photos.length}
          </p>
          <IconButton label="Next picture" onClick={() => onMove(at < last ? at + 1 : 0)}>
            <Icon name="next" />
          </IconButton>
        </div>
      )}
    </Dialog>
  );
}

type Keys = Record<"ArrowLeft" | "ArrowRight" | "Home" | "End", number>;

/** Where keys lead, whatever within the viewer has the focus. */
function useArrows({ onMove, ...keys }: Keys & { onMove(to: number): void }) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const to = (keys as Record<string, number>)[event.key];
      if (to !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        onMove(to);
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  });
}
