import type { ChangeEvent } from "react";
import { useServices } from "../app/services";
import { PictureButton } from "../media/PictureButton";
import type { PictureState } from "../media/usePicture";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import type { InstructorDraft } from "./instructorDraft";

interface FieldsProps {
  draft: InstructorDraft;
  onChange(draft: InstructorDraft): void;
  picture: PictureState;
  /** By fields of the contract. */
  errors: Record<string, string>;
}

/** All that is said of an instructor. */
export function InstructorFields({ draft, onChange, picture, errors }: FieldsProps) {
  const field = (name: keyof InstructorDraft, inContract: string) => ({
    name,
    value: draft[name],
    error: errors[inContract],
    autoComplete: "off",
    dir: "auto",
    onChange: (event: ChangeEvent<HTMLInputElement>) => onChange({ ...draft, [name]: event.target.value }),
  });
  const number = { dir: "ltr", inputMode: "numeric" } as const;
  return (
    <>
      <PictureField error={errors.picture_media_id} picture={picture} />
      <div className="grid gap-4 min-[28rem]:grid-cols-[1fr_5rem_1fr]">
        <TextField {...field("firstName", "first_name")} label="First name" />
        <TextField {...field("middleInitial", "middle_initial")} label="Initial" maxLength={1} />
        <TextField {...field("lastName", "last_name")} label="Last name" />
      </div>
      <TextField
        {...field("academicTitle", "academic_title")}
        hint="Such as Ph.D. or Professor."
        label="Academic title (optional)"
      />
      <TextField
        {...field("title", "title")}
        hint="Such as Director of Data Science."
        label="Title (optional)"
      />
      <TextField {...field("organization", "organization")} label="Organization (optional)" />
      <div className="grid gap-4 min-[28rem]:grid-cols-3">
        <TextField {...field("learners", "learners")} {...number} label="Learners" />
        <TextField {...field("ratings", "ratings")} {...number} label="Ratings" />
        <TextField
          {...field("average", "average_rating_hundredths")}
          dir="ltr"
          inputMode="decimal"
          label="Average of 5"
        />
      </div>
    </>
  );
}

function PictureField({ picture, error }: { picture: PictureState; error: string | undefined }) {
  const { throng } = useServices();
  const { upload, kept, settled } = picture;
  const problem = error ?? upload?.problem;
  const shown = upload?.preview ?? (kept && throng.resolve(kept.url));
  return (
    <div>
      <p className="mb-1 text-sm font-semibold">Picture (optional)</p>
      {shown && <img alt="" className="size-24 rounded-[34%] bg-line object-cover" src={shown} />}
      <div className="-ml-2 flex items-center gap-1">
        <PictureButton
          label={shown ? "Choose another picture" : "Choose a picture"}
          onFiles={picture.choose}
        />
        {shown && (
          <Button look="quiet" onClick={picture.remove} size="small">
            Remove picture
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
