import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import { CreateReviewRequestSchema, ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useSession } from "../app/services";
import { useDraft } from "../app/useDraft";
import { useForm } from "../app/useForm";
import { useKey } from "../app/useKey";
import { PictureButton } from "../media/PictureButton";
import { UploadTray } from "../media/UploadTray";
import { useUploads } from "../media/useUploads";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { TextArea, TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { type Draft, draftFrom, messageOf } from "./draft";
import { refreshReviews } from "./queries";
import { ScaleField } from "./ScaleField";
import { StarField } from "./StarField";

interface WriteProps {
  product: Product;
  onWritten(): void;
  onClose(): void;
}

const maxPictures = 5;
const answers = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
] as const;

/** Writes a review. What is filled in outlives closing the dialog by mistake. */
export function WriteReview({ product, onWritten, onClose }: WriteProps) {
  const { draft, change, pictures, form, errors, problem, busy } = useReview(product, () => {
    onClose();
    onWritten();
  });
  return (
    <Dialog onClose={onClose} title={`Review ${product.name}`}>
      <form {...form} aria-label="Write a review" className="flex flex-col gap-5">
        <StarField error={errors.rating} onChange={(rating) => change({ rating })} value={draft.rating} />
        <Choice
          error={errors.recommend}
          legend="Would you recommend it?"
          onChange={(recommend) => change({ recommend })}
          options={answers}
          value={draft.recommend}
        />
        <Sides draft={draft} error={errors.values} onChange={change} product={product} />
        <TextField
          autoComplete="off"
          dir="auto"
          error={errors.summary}
          label="Headline (optional)"
          onChange={(event) => change({ summary: event.target.value })}
          value={draft.summary}
        />
        <TextArea
          error={errors.body}
          label="Your review"
          onChange={(event) => change({ body: event.target.value })}
          rows={6}
          value={draft.body}
        />
        <PictureField error={errors.media_ids} pictures={pictures} />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} disabled={!pictures.settled} type="submit">
            Publish
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The state of a review that is being written. */
function useReview(product: Product, onDone: () => void) {
  const client = useQueryClient();
  const session = useSession();
  const [kept, keep] = useDraft(`throng.review.${session?.userId}.${product.id}`);
  const draft = draftFrom(kept);
  const pictures = useUploads(maxPictures);
  const { keyFor } = useKey();
  const { mutateAsync } = useMutation(ReviewService.method.createReview);
  const { form, ...state } = useForm(
    CreateReviewRequestSchema,
    async (message) => {
      await mutateAsync(message);
      keep("");
      toast("Your review is out.");
      refreshReviews(client, product.id);
      onDone();
    },
    { media_not_ready: "media_ids", characteristic_unknown: "values" },
  );
  const read = () => {
    const message = messageOf(draft, product, pictures.mediaIds);
    return { ...message, idempotencyKey: keyFor(JSON.stringify(message)) };
  };
  return {
    ...state,
    draft,
    change: (part: Partial<Draft>) => keep(JSON.stringify({ ...draft, ...part })),
    pictures,
    form: form(read, draft.recommend ? {} : { recommend: "Choose one of the two." }),
  };
}

function Sides(props: {
  product: Product;
  draft: Draft;
  error: string | undefined;
  onChange(part: Partial<Draft>): void;
}) {
  const { product, draft, onChange } = props;
  if (product.characteristics.length === 0) {
    return null;
  }
  return (
    <div className="flex flex-col gap-5 border-y border-line py-5">
      {product.characteristics.map((characteristic) => (
        <ScaleField
          characteristic={characteristic}
          key={characteristic.id}
          onChange={(value) => onChange({ values: { ...draft.values, [characteristic.id]: value } })}
          value={draft.values[characteristic.id] ?? 0}
        />
      ))}
      {props.error && (
        <p className="text-sm font-medium text-danger" role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

function PictureField(props: { pictures: ReturnType<typeof useUploads>; error: string | undefined }) {
  const { pictures } = props;
  const add = (files: File[]) => {
    if (pictures.add(files) > 0) {
      toast(`A review has at most ${maxPictures} pictures.`, "failed");
    }
  };
  return (
    <div>
      <div className="flex items-center gap-1">
        <p className="text-sm font-semibold">Pictures (optional)</p>
        <PictureButton
          disabled={pictures.full}
          label={pictures.full ? `No more than ${maxPictures} pictures` : "Add pictures"}
          multiple
          onFiles={add}
        />
      </div>
      <UploadTray onRemove={pictures.remove} uploads={pictures.uploads} />
      {props.error && (
        <p className="mt-1 text-sm font-medium text-danger" role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}
