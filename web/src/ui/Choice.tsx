import { type ReactNode, useId } from "react";

interface ChoiceProps<T extends string> {
  legend: string;
  options: readonly { value: T; label: string; hint?: ReactNode }[];
  value: T | undefined;
  onChange(value: T): void;
  error?: string | undefined;
  disabled?: boolean | undefined;
}

/** A question with a few answers, one of which is taken. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const id = useId();
  const { error } = props;
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined} disabled={props.disabled}>
      <legend className="mb-1 text-sm font-semibold">{props.legend}</legend>
      <div className="grid gap-2 min-[24rem]:grid-cols-2">
        {props.options.map(({ value, label, hint }) => (
          <label
            className="flex items-start gap-3 rounded-2xl border border-edge px-4 py-3 has-checked:border-transparent has-checked:bg-glow has-checked:text-on-glow has-disabled:opacity-55 has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-brand"
            key={value}
          >
            <input
              aria-invalid={error ? true : undefined}
              checked={props.value === value}
              className="mt-0.5 size-5 shrink-0 accent-brand"
              name={id}
              onChange={() => props.onChange(value)}
              type="radio"
            />
            <span>
              <span className="block font-medium">{label}</span>
              {hint && <span className="block text-sm opacity-80">{hint}</span>}
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p className="mt-1 text-sm font-medium text-danger" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
