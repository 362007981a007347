import { useState } from "react";
import type { Mark } from "./drawing";
import { sayStep, sayValue } from "./measures";
import type { Step } from "./search";

interface TableProps {
  marks: Mark[];
  step: Step;
  label: string;
  unit: string;
}

/** What is drawn, in numbers. */
export function SeriesTable({ marks, step, label, unit }: TableProps) {
  // Rows are made when somebody wants to see them.
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-9 py-1.5 font-semibold">As a table</summary>
      {open && (
        <div className="max-h-96 overflow-auto rounded-2xl border border-line">
          <table className="w-full text-right text-sm tabular-nums">
            <caption className="sr-only">{label}</caption>
            <thead className="sticky top-0 bg-raised text-soft">
              <tr>
                <th className="px-3 py-2 text-left" scope="col">
                  When (UTC)
                </th>
                {["Average", "Least", "Greatest", "Values"].map((head) => (
                  <th className="px-3 py-2" key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {marks.map(({ start, mean, min, max, count }) => (
                <tr className="border-t border-line" key={start}>
                  <th className="px-3 py-1.5 text-left font-normal" scope="row">
                    {sayStep(step, start)}
                  </th>
                  <td className="px-3 py-1.5 whitespace-nowrap">{sayValue(mean, unit)}</td>
                  <td className="px-3 py-1.5 whitespace-nowrap">{sayValue(min, unit)}</td>
                  <td className="px-3 py-1.5 whitespace-nowrap">{sayValue(max, unit)}</td>
                  <td className="px-3 py-1.5">{count.toLocaleString()}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
