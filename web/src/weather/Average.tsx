import type { Summary } from "@throng/gen/throng/weather/v1/weather_pb";
import { counted } from "../ui/count";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { measures, sayValue } from "./measures";
import { useAverage } from "./queries";
import type { WeatherSearch } from "./search";

interface AverageProps {
  locationId: string;
  name: string;
  search: WeatherSearch;
}

/** What the values of the period come to. */
export function Average({ locationId, name, search }: AverageProps) {
  const measure = search.measure ?? "temperature";
  const query = useAverage(locationId, measure, search);
  const { label, unit } = measures[measure];
  const summary = query.data?.summary;
  return (
    <section aria-label="On average" className="panel min-h-36 p-4 sm:p-5">
      <h2 className="text-base text-soft">
        {label} in <bdi>{name}</bdi> on average
      </h2>
      <p className="sr-only" role="status">
        {summary && summary.count > 0n && `${sayValue(Number(summary.mean), unit)} on average`}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !summary && <Faulted error={query.error} retry={query.refetch} />}
      {summary && <Values summary={summary} unit={unit} />}
    </section>
  );
}

function Values({ summary: { count, mean, min = 0, max = 0 }, unit }: { summary: Summary; unit: string }) {
  if (count === 0n) {
    return <p className="mt-2 text-soft">Nothing was measured in this period.</p>;
  }
  return (
    <>
      <p className="text-hero font-bold tabular-nums" title={`${mean} ${unit}`}>
        {sayValue(Number(mean), unit)}
      </p>
      <dl className="mt-1 flex flex-wrap gap-x-5 gap-y-1 text-sm text-soft">
        {[
          ["Least", sayValue(min / 100, unit)],
          ["Greatest", sayValue(max / 100, unit)],
        ].map(([term, value]) => (
          <div className="flex gap-1.5" key={term}>
            <dt>{term}</dt>
            <dd className="font-semibold text-ink tabular-nums">{value}</dd>
          </div>
        ))}
        <div>
          <dt className="sr-only">Measured</dt>
          <dd>{counted(count, "value", "values")}</dd>
        </div>
      </dl>
    </>
  );
}
