import { useId } from "react";
import { Icon } from "../ui/Icon";

const meanings = ["Poor", "Fair", "Average", "Good", "Great"];

interface StarFieldProps {
  /** 0 until it is chosen. */
  value: number;
  onChange(value: number): void;
  error: string | undefined;
}

/** Chooses 1 to 5 stars: radio buttons that look like what they mean. */
export function StarField({ value, onChange, error }: StarFieldProps) {
  const id = useId();
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1 text-sm font-semibold">How do you like it?</legend>
      <div className="-ml-1.5 flex items-center">
        {meanings.map((meaning, index) => {
          const stars = index + 1;
          return (
            <label
              className="relative rounded-xl p-1.5 has-focus-visible:outline-3 has-focus-visible:outline-brand"
              key={meaning}
            >
              <input
                aria-invalid={error ? true : undefined}
                checked={value === stars}
                className="sr-only"
                name={id}
                onChange={() => onChange(stars)}
                type="radio"
              />
              <span className="sr-only">
                {stars} {stars === 1 ? "star" : "stars"}: {meaning}
              </span>
              <Icon
                className={stars <= value ? "text-brand" : "text-edge"}
                filled={stars <= value}
                name="star"
                size={32}
              />
            </label>
          );
        })}
        <span aria-hidden="true" className="ml-2 text-sm text-soft">
          {meanings[value - 1]}
        </span>
      </div>
      {error && (
        <p className="mt-1 text-sm font-medium text-danger" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
