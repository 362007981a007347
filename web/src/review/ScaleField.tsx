import type { Characteristic } from "@throng/gen/throng/review/v1/product_pb";
import { useId } from "react";
import { Button } from "../ui/Button";

interface ScaleFieldProps {
  characteristic: Characteristic;
  /** 0 says nothing of it. */
  value: number;
  onChange(value: number): void;
}

/** Rates a characteristic from 1 to 5, in the words of its labels, or not at all. */
export function ScaleField({ characteristic, value, onChange }: ScaleFieldProps) {
  const id = useId();
  const { name, labels } = characteristic;
  const wordOf = (step: number) => labels[step - 1] ?? `${step} of 5`;
  return (
    <fieldset>
      <legend className="text-sm font-semibold">
        <bdi>{name}</bdi> <span className="font-normal text-soft">(optional)</span>
      </legend>
      <p aria-hidden="true" className="flex min-h-9 items-center text-sm text-soft">
        {value ? <bdi>{wordOf(value)}</bdi> : "Not rated"}
      </p>
      <div className="flex items-center gap-3">
        <div className="grid grow grid-cols-5 gap-1.5">
          {[1, 2, 3, 4, 5].map((step) => (
            <label
              className="relative flex min-h-11 items-center justify-center rounded-xl border border-edge font-medium tabular-nums hover:border-ink has-checked:border-transparent has-checked:bg-glow has-checked:text-on-glow has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-brand"
              key={step}
            >
              <input
                aria-label={wordOf(step)}
                checked={value === step}
                className="sr-only"
                name={id}
                onChange={() => onChange(step)}
                type="radio"
              />
              <span aria-hidden="true">{step}</span>
            </label>
          ))}
        </div>
        <Button
          aria-label={`Do not rate ${name}`}
          disabled={value === 0}
          look="quiet"
          onClick={() => onChange(0)}
          size="small"
        >
          Clear
        </Button>
      </div>
      {labels.length === 5 && (
        <p aria-hidden="true" className="mt-1 flex justify-between gap-3 pr-20 text-xs text-soft">
          <bdi>{labels[0]}</bdi>
          <bdi className="text-right">{labels[4]}</bdi>
        </p>
      )}
    </fieldset>
  );
}
