import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { GetLocationResponse } from "@throng/gen/throng/weather/v1/location_pb";
import { useMemo } from "react";
import { useTitle } from "../app/useTitle";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { Average } from "./Average";
import { PlaceField } from "./PlaceField";
import { problemsOf, rangeOf } from "./period";
import { useLocation } from "./queries";
import { Series } from "./Series";
import type { WeatherSearch } from "./search";
import { Wishes } from "./Wishes";

const route = getRouteApi("/weather");

/** The weather at a place: what it was on average, and over time. The address says which. */
export function WeatherPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useLocation(search.place);
  const found = query.data?.location;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  const name = search.place && found && !gone ? found.name : "";
  const go = (next: WeatherSearch, replace: boolean) =>
    void navigate({ to: "/weather", search: next, replace, resetScroll: false });
  useTitle(name ? `Weather in ${name}` : "Weather");
  return (
    <>
      <h1 className="mb-3 min-h-11 content-center text-xl wrap-anywhere">
        {name ? (
          <>
            Weather in <bdi>{name}</bdi>
          </>
        ) : (
          "Weather"
        )}
      </h1>
      <div className="flex flex-col gap-2.5">
        <search className="panel block p-4 sm:p-5">
          <PlaceField name={name} onChoose={({ id }) => go({ ...search, place: id }, false)} />
        </search>
        {!search.place && (
          <Notice title="The weather of which place?" word="where">
            Type a few letters of its name.
          </Notice>
        )}
        {search.place && query.isPending && <Loading />}
        {search.place && gone && (
          <Notice title="There is no such place" word="gone">
            Look for it by a few letters of its name.
          </Notice>
        )}
        {search.place && query.isError && !gone && !found && (
          <Faulted error={query.error} retry={query.refetch} />
        )}
        {name && query.data && (
          <Observed
            answer={query.data}
            key={found?.id}
            name={name}
            onSearch={(next) => go(next, true)}
            search={search}
          />
        )}
      </div>
    </>
  );
}

interface ObservedProps {
  answer: GetLocationResponse;
  name: string;
  search: WeatherSearch;
  onSearch(next: WeatherSearch): void;
}

function Observed({ answer, name, search, onSearch }: ObservedProps) {
  const { location, firstAt, lastAt } = answer;
  const first = firstAt && timestampMs(firstAt);
  const last = lastAt && timestampMs(lastAt);
  const { from, to } = search;
  const range = useMemo(
    () =>
      first === undefined || last === undefined
        ? undefined
        : rangeOf({ ...(from && { from }), ...(to && { to }) }, { first, last }),
    [from, to, first, last],
  );
  if (!location || !range || last === undefined) {
    return (
      <Notice title="Nothing was measured there yet" word="soon">
        As soon as something is, it can be seen here.
      </Notice>
    );
  }
  const problems = problemsOf(search);
  const wrong = Object.keys(problems).length > 0;
  const sound = !wrong && range.to > range.from;
  return (
    <>
      {sound && <Average locationId={location.id} name={name} search={search} />}
      <Wishes
        answer={answer}
        last={last}
        onSearch={onSearch}
        problems={problems}
        range={range}
        search={search}
      />
      {sound && <Series locationId={location.id} name={name} range={range} search={search} />}
      {!wrong && !sound && (
        <Notice title="Nothing was measured in this period" word="hm">
          Choose another one.
        </Notice>
      )}
    </>
  );
}
