import type { GetLocationResponse } from "@throng/gen/throng/weather/v1/location_pb";
import { Button } from "../ui/Button";
import { counted } from "../ui/count";
import { SelectField, TextField } from "../ui/Field";
import { intervals, type Measure, measures, sayStep } from "./measures";
import { lastDays, mostSteps, type Range, stepFor, stepsIn } from "./period";
import type { Step, WeatherSearch } from "./search";

interface WishesProps {
  answer: GetLocationResponse;
  /** When the last observation was made. */
  last: number;
  range: Range;
  search: WeatherSearch;
  problems: { from?: string; to?: string };
  onSearch(next: WeatherSearch): void;
}

/** What one wants to see of a place: which measure, when, and how finely. */
export function Wishes({ answer, last, range, search, problems, onSearch }: WishesProps) {
  const { measure: _, ...whatever } = search;
  return (
    <section aria-label="What to show" className="panel flex flex-col gap-4 p-4 sm:p-5">
      <p className="text-sm text-soft">
        {counted(answer.observations, "observation", "observations")}, the last one on {sayStep("day", last)}{" "}
        (UTC)
      </p>
      <div className="grid gap-4 min-[28rem]:grid-cols-2">
        <SelectField
          label="Measure"
          onChange={({ target: { value } }) =>
            onSearch(value === "humidity" || value === "wind" ? { ...whatever, measure: value } : whatever)
          }
          value={search.measure ?? "temperature"}
        >
          {(Object.keys(measures) as Measure[]).map((measure) => (
            <option key={measure} value={measure}>
              {measures[measure].label}
            </option>
          ))}
        </SelectField>
        <Steps onSearch={onSearch} range={range} search={search} />
        <Day error={problems.from} label="From" name="from" onSearch={onSearch} search={search} />
        <Day error={problems.to} label="To (inclusive)" name="to" onSearch={onSearch} search={search} />
      </div>
      <Periods last={last} onSearch={onSearch} search={search} />
    </section>
  );
}

interface PartProps {
  search: WeatherSearch;
  onSearch(next: WeatherSearch): void;
}

function Steps({ search, range, onSearch }: PartProps & { range: Range }) {
  const { interval, ...whatever } = search;
  return (
    <SelectField
      label="In steps of"
      onChange={({ target: { value } }) =>
        onSearch(value in intervals ? { ...whatever, interval: value as Step } : whatever)
      }
      value={interval ?? ""}
    >
      <option value="">As fits ({intervals[stepFor(range)].label.toLowerCase()})</option>
      {(Object.keys(intervals) as Step[]).map((step) => (
        <option disabled={step !== interval && stepsIn(range, step) > mostSteps} key={step} value={step}>
          {intervals[step].label}
        </option>
      ))}
    </SelectField>
  );
}

function Day(props: PartProps & { name: "from" | "to"; label: string; error: string | undefined }) {
  const { name, label, error, search, onSearch } = props;
  const { [name]: day = "", ...whatever } = search;
  return (
    <TextField
      error={error}
      label={label}
      max="2199-12-31"
      min="1900-01-01"
      onChange={({ target: { value } }) => onSearch(value ? { ...whatever, [name]: value } : whatever)}
      type="date"
      value={day}
    />
  );
}

/** Periods that are often wanted, up to the last observation. */
function Periods({ search, last, onSearch }: PartProps & { last: number }) {
  // What a longer period was cut into would not do for it.
  const { from, to, interval: _, ...whatever } = search;
  const choices = [
    { label: "All", days: undefined },
    { label: "Last year", days: 365 },
    { label: "Last 30 days", days: 30 },
    { label: "Last 7 days", days: 7 },
  ].map(({ label, days }) => ({ label, period: days ? lastDays(days, last) : {} }));
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="mb-1 text-sm font-semibold">Period</legend>
      {choices.map(({ label, period }: { label: string; period: { from?: string; to?: string } }) => (
        <Button
          aria-pressed={period.from === from && period.to === to}
          className="aria-pressed:border-transparent aria-pressed:bg-glow aria-pressed:text-on-glow"
          key={label}
          look="outline"
          onClick={() => onSearch({ ...whatever, ...period })}
          size="small"
        >
          {label}
        </Button>
      ))}
    </fieldset>
  );
}
