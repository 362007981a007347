import type { ChangeEvent } from "react";
import { TextArea, TextField } from "../ui/Field";
import type { CourseDraft } from "./draft";
import { PartFields } from "./PartFields";
import { ProductField } from "./ProductField";

interface FieldsProps {
  draft: CourseDraft;
  onChange(draft: CourseDraft): void;
  /** By fields of the contract. */
  errors: Record<string, string>;
}

/** All that makes a course, but for who teaches it. */
export function CourseFields({ draft, onChange, errors }: FieldsProps) {
  const field = (name: "number" | "title" | "text") => ({
    name,
    value: draft[name],
    error: errors[name],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange({ ...draft, [name]: event.target.value }),
  });
  return (
    <>
      <TextField
        {...field("number")}
        autoCapitalize="characters"
        autoComplete="off"
        hint="What the school calls it, such as CS-101. No two courses share one."
        label="Number"
        spellCheck={false}
      />
      <TextField {...field("title")} autoComplete="off" dir="auto" label="Title" />
      <TextArea {...field("text")} label="What it is about (optional)" rows={5} />
      <ProductField
        error={errors.product_id}
        onChange={(productId) => onChange({ ...draft, productId })}
        productId={draft.productId}
      />
      <PartFields
        error={errors["syllabus.sections"] ?? errors.syllabus}
        onChange={(parts) => onChange({ ...draft, parts })}
        parts={draft.parts}
      />
    </>
  );
}
