import { useServices } from "../app/services";
import { PictureButton } from "../media/PictureButton";
import type { PictureState } from "../media/usePicture";
import { Button } from "../ui/Button";

/** Chooses the picture on top of a campaign. */
export function CoverField({ cover, error }: { cover: PictureState; error: string | undefined }) {
  const { throng } = useServices();
  const { upload, kept, settled } = cover;
  const problem = error ?? upload?.problem;
  const shown = upload?.preview ?? (kept && throng.resolve(kept.url));
  return (
    <div>
      <p className="mb-1 text-sm font-semibold">Cover (optional)</p>
      {shown && <img alt="" className="h-36 w-full rounded-2xl bg-line object-cover" src={shown} />}
      <div className="-ml-2 flex items-center gap-1">
        <PictureButton label={shown ? "Choose another cover" : "Choose a cover"} onFiles={cover.choose} />
        {shown && (
          <Button look="quiet" onClick={cover.remove} size="small">
            Remove cover
          </Button>
        )}
      </div>
      {problem && (
        <p className="text-sm font-medium text-danger" role="alert">
          {problem}
        </p>
      )}
      {upload && !settled && !problem && (
        <p className="text-sm text-soft" role="status">
          Sending the picture…
        </p>
      )}
    </div>
  );
}
