import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from "react";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value; shown and tied to the input. */
  error?: string | undefined;
}

/** How inputs look. */
export const box =
  "w-full rounded-field border border-edge bg-raised px-4 py-2.5 text-base transition-colors hover:border-ink aria-invalid:border-danger aria-invalid:border-2";

/** A one-line input with its label, hint and error. */
export function TextField({
  label,
  hint,
  error,
  end,
  ...input
}: Labelled & InputHTMLAttributes<HTMLInputElement> & { end?: ReactNode }) {
  const described = useDescription(hint, error);
  return (
    <div>
      <label className="mb-1 block text-sm font-semibold" htmlFor={described.id}>
        {label}
      </label>
      <div className="relative">
        <input
          {...input}
          {...described.input}
          className={`${box} disabled:opacity-55 ${end ? "pr-12" : ""}`}
        />
        {end}
      </div>
      {described.texts}
    </div>
  );
}

/** A password that can be looked at. */
export function PasswordField(props: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      autoCapitalize="none"
      end={
        <IconButton
          aria-pressed={shown}
          className="absolute top-1 right-1"
          label={shown ? "Hide password" : "Show password"}
          onClick={() => setShown(!shown)}
        >
          <Icon name="eye" />
        </IconButton>
      }
      spellCheck={false}
      type={shown ? "text" : "password"}
    />
  );
}

/** Several lines with their label. */
export function TextArea({
  label,
  hint,
  error,
  ...input
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const described = useDescription(hint, error);
  return (
    <div>
      <label className="mb-1 block text-sm font-semibold" htmlFor={described.id}>
        {label}
      </label>
      <textarea {...input} {...described.input} className={box} dir="auto" />
      {described.texts}
    </div>
  );
}

/** One of many values with its label; the options are its children. */
export function SelectField({
  label,
  hint,
  error,
  children,
  ...input
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const described = useDescription(hint, error);
  return (
    <div>
      <label className="mb-1 block text-sm font-semibold" htmlFor={described.id}>
        {label}
      </label>
      <select {...input} {...described.input} className={`${box} disabled:opacity-55`}>
        {children}
      </select>
      {described.texts}
    </div>
  );
}

/** Ties a hint and an error to their input. */
export function useDescription(hint: ReactNode, error: string | undefined) {
  const id = useId();
  // An error says what the hint said, and what is wrong besides.
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return {
    id,
    input: { id, "aria-invalid": error ? true : undefined, "aria-describedby": described },
    texts: (
      <>
        {error && (
          <p className="mt-1 text-sm font-medium text-danger" id={`${id}-error`}>
            {error}
          </p>
        )}
        {hint && !error && (
          <p className="mt-1 text-sm text-soft" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </>
    ),
  };
}
