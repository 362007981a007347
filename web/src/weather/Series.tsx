import { useMemo } from "react";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { marksOf } from "./drawing";
import { intervals, measures } from "./measures";
import { Plot } from "./Plot";
import { mostSteps, type Range, stepFor, stepsIn } from "./period";
import { useSeries } from "./queries";
import { SeriesTable } from "./SeriesTable";
import type { Step, WeatherSearch } from "./search";

interface SeriesProps {
  locationId: string;
  name: string;
  search: WeatherSearch;
  range: Range;
}

/** The period over time, as a plot and as a table. */
export function Series(props: SeriesProps) {
  const { search, range } = props;
  const step = search.interval ?? stepFor(range);
  const steps = stepsIn(range, step);
  return (
    <section aria-label="Over time" className="panel p-4 sm:p-5">
      <h2 className="text-base text-soft">
        {intervals[step].each} (UTC), in {measures[search.measure ?? "temperature"].unit}
      </h2>
      {steps > mostSteps ? (
        <p className="mt-2">
          That would be {steps.toLocaleString()} {intervals[step].label.toLowerCase()}, and a plot has{" "}
          {mostSteps.toLocaleString()} at most. Choose longer steps, or a shorter period.
        </p>
      ) : (
        <Drawn {...props} step={step} />
      )}
    </section>
  );
}

function Drawn({ locationId, name, search, range, step }: SeriesProps & { step: Step }) {
  const measure = search.measure ?? "temperature";
  const query = useSeries(locationId, measure, step, range);
  const marks = useMemo(() => query.data && marksOf(query.data), [query.data]);
  const { label, unit } = measures[measure];
  const drawn = { label: `${label} in ${name}`, step, unit };
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && !marks && <Faulted error={query.error} retry={query.refetch} />}
      {marks?.length === 0 && <p className="mt-2 text-soft">There is nothing to draw.</p>}
      {marks && marks.length > 0 && (
        <>
          <Plot
            // What was pointed at is not there any more.
            key={`${measure} ${step} ${range.from} ${range.to}`}
            {...drawn}
            marks={marks}
            range={range}
          />
          <SeriesTable {...drawn} marks={marks} />
        </>
      )}
    </>
  );
}
