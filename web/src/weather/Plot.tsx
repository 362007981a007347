import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { counted } from "../ui/count";
import { bandOf, lineOf, type Mark, runsOf, type Scale, scaleOf } from "./drawing";
import { sayStep, sayValue } from "./measures";
import type { Range } from "./period";
import type { Step } from "./search";

interface PlotProps {
  /** At least one. */
  marks: Mark[];
  range: Range;
  step: Step;
  /** What is drawn: "Temperature in Sydney". */
  label: string;
  unit: string;
}

/**
 * A series as a line through its means in a band from the least to the greatest. A
 * pointer or the arrow keys read it, mark by mark.
 */
export function Plot({ marks, range, step, label, unit }: PlotProps) {
  const scale = useMemo(() => scaleOf(marks, range, step), [marks, range, step]);
  const [at, setAt] = useState<number>();
  const mark = at === undefined ? undefined : marks[at];
  return (
    <figure>
      <figcaption className="sr-only">
        {label}: {sayRange(marks, unit)}
      </figcaption>
      <div className="relative mt-4 mb-7 ml-9 h-56 sm:h-64">
        <Ground marks={marks} scale={scale} step={step} />
        <Ticks scale={scale} />
        {mark && <Cross mark={mark} scale={scale} />}
        <Reader at={at} label={label} marks={marks} onMove={setAt} scale={scale} step={step} unit={unit} />
        <Ends range={range} step={step} />
      </div>
      <p aria-hidden="true" className="min-h-10 text-sm text-soft">
        {mark ? <b className="text-ink">{sayMark(mark, step, unit)}</b> : "Point at the plot to read it."}
      </p>
    </figure>
  );
}

function sayRange(marks: Mark[], unit: string): string {
  const least = Math.min(...marks.map(({ min }) => min));
  const most = Math.max(...marks.map(({ max }) => max));
  return `from ${sayValue(least, unit)} to ${sayValue(most, unit)}`;
}

function sayMark({ start, mean, min, max, count }: Mark, step: Step, unit: string): string {
  const values = counted(count, "value", "values");
  return `${sayStep(step, start)}: ${sayValue(mean, unit)} on average, ${sayValue(min, unit)} to ${sayValue(max, unit)}, ${values}`;
}

/** The drawing itself, stretched to its place; its lines keep their width. */
function Ground({ marks, scale, step }: { marks: Mark[]; scale: Scale; step: Step }) {
  const runs = useMemo(() => runsOf(marks, step), [marks, step]);
  return (
    <svg
      aria-hidden="true"
      className="absolute inset-0 size-full overflow-visible"
      preserveAspectRatio="none"
      viewBox="0 0 1000 1000"
    >
      {scale.ticks.map((tick) => (
        <path
          className="stroke-line"
          d={`M0 ${scale.y(tick)}h1000`}
          key={tick}
          strokeWidth={1}
          vectorEffect="non-scaling-stroke"
        />
      ))}
      {runs.map((run) => (
        <g key={run[0]?.start}>
          <path className="fill-brand opacity-20" d={bandOf(run, scale)} />
          <path
            className="fill-none stroke-brand"
            d={lineOf(run, scale)}
            strokeLinecap="round"
            strokeLinejoin="round"
            strokeWidth={run.length === 1 ? 5 : 2}
            vectorEffect="non-scaling-stroke"
          />
        </g>
      ))}
    </svg>
  );
}

function Ticks({ scale }: { scale: Scale }) {
  return (
    <div aria-hidden="true" className="text-xs text-soft tabular-nums">
      {scale.ticks.map((tick) => (
        <span
          className="absolute right-full mr-2 -translate-y-1/2 whitespace-nowrap"
          key={tick}
          style={{ top: `${scale.y(tick) / 10}%` }}
        >
          {tick.toLocaleString()}
        </span>
      ))}
    </div>
  );
}

/** When the plot begins and ends. */
function Ends({ range: { from, to }, step }: { range: Range; step: Step }) {
  return (
    <p
      aria-hidden="true"
      className="absolute inset-x-0 top-full mt-2.5 flex justify-between text-xs text-soft tabular-nums"
    >
      <span>{sayStep(step, from)}</span>
      <span>{sayStep(step, to - 1)}</span>
    </p>
  );
}

/** Where the reader is. */
function Cross({ mark, scale }: { mark: Mark; scale: Scale }) {
  const left = `${scale.x(mark.start) / 10}%`;
  return (
    <div aria-hidden="true">
      <span className="absolute inset-y-0 w-px -translate-x-1/2 bg-edge" style={{ left }} />
      <span
        className="absolute size-3 -translate-1/2 rounded-full border-2 border-panel bg-heart"
        style={{ left, top: `${scale.y(mark.mean) / 10}%` }}
      />
    </div>
  );
}

interface ReaderProps extends Omit<PlotProps, "range"> {
  scale: Scale;
  at: number | undefined;
  onMove(at: number | undefined): void;
}

/** Takes the pointer and the keys over the plot, and says where they are. */
function Reader({ marks, scale, at, onMove, label, step, unit }: ReaderProps) {
  const point = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onMove(scale.nearest(((event.clientX - left) / (width || 1)) * 1000));
  };
  const press = (event: KeyboardEvent) => {
    const to = moved(event.key, at, marks.length);
    if (to !== undefined) {
      event.preventDefault();
      onMove(to);
    }
  };
  const mark = marks[at ?? 0];
  return (
    <div
      aria-label={label}
      aria-valuemax={marks.length}
      aria-valuemin={1}
      aria-valuenow={(at ?? 0) + 1}
      aria-valuetext={mark && sayMark(mark, step, unit)}
      className="absolute inset-0 touch-pan-y rounded-lg"
      onFocus={() => onMove(at ?? 0)}
      onKeyDown={press}
      onPointerDown={point}
      onPointerLeave={(event) => document.activeElement !== event.currentTarget && onMove(undefined)}
      onPointerMove={point}
      role="slider"
      tabIndex={0}
    />
  );
}

function moved(key: string, at = -1, count: number): number | undefined {
  const leap = Math.max(1, Math.round(count / 10));
  const to = {
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    PageUp: at + leap,
    PageDown: at - leap,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to));
}
