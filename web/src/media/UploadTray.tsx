import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { Upload } from "./useUploads";

/** Chosen pictures with their progress, each removable. */
export function UploadTray(props: { uploads: Upload[]; onRemove(key: string): void }) {
  if (props.uploads.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Pictures" className="mt-3 grid grid-cols-2 gap-2 sm:grid-cols-4">
      {props.uploads.map((upload, index) => (
        <li className="relative aspect-square overflow-hidden rounded-2xl bg-line" key={upload.key}>
          <img alt={upload.name} className="size-full object-cover" src={upload.preview} />
          <IconButton
            className="absolute top-1.5 right-1.5"
            label={`Remove picture ${index + 1}`}
            look="overPicture"
            onClick={() => props.onRemove(upload.key)}
          >
            <Icon name="close" size={18} />
          </IconButton>
          <Progress upload={upload} />
        </li>
      ))}
    </ul>
  );
}

function Progress({ upload }: { upload: Upload }) {
  if (upload.problem) {
    return (
      <p
        className="absolute inset-x-0 bottom-0 bg-danger px-2.5 py-1.5 text-xs font-medium text-on-danger"
        role="alert"
      >
        {upload.problem}
      </p>
    );
  }
  if (upload.mediaId) {
    return null;
  }
  const percent = Math.round(upload.progress * 100);
  return (
    <div
      aria-label={`Sending ${upload.name}`}
      aria-valuemax={100}
      aria-valuemin={0}
      aria-valuenow={percent}
      className="absolute inset-x-2 bottom-2 h-2 overflow-hidden rounded-full bg-ink/60"
      role="progressbar"
    >
      <div className="h-full rounded-full bg-glow transition-[width]" style={{ width: `${percent}%` }} />
    </div>
  );
}
