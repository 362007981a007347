import { useQuery } from "@connectrpc/connect-query";
import { skipToken } from "@tanstack/react-query";
import type { Location } from "@throng/gen/throng/weather/v1/location_pb";
import { WeatherService } from "@throng/gen/throng/weather/v1/weather_pb";
import { useEffect, useRef, useState } from "react";
import { sayFault } from "../app/faults";
import { useSettled } from "../app/useSettled";
import { Combobox } from "../ui/Combobox";

interface PlaceFieldProps {
  /** Of the place that is shown; empty for none. */
  name: string;
  onChoose(location: Location): void;
  /** Told of all that is typed where a place may be one that nothing is known of. */
  onWords?(words: string): void;
  label?: string;
  hint?: string;
  error?: string | undefined;
}

/** Finds a place while one types. */
export function PlaceField({ name, onChoose, onWords, label = "Place", hint, error }: PlaceFieldProps) {
  const [words, setWords] = useState(name);
  const [opened, setOpened] = useState(false);
  const shown = useRef(name);
  useEffect(() => {
    // Another place by the way back, or by the address, is the new one.
    if (name !== shown.current) {
      shown.current = name;
      setWords(name);
    }
  }, [name]);
  const settled = useSettled(words);
  const query = useQuery(WeatherService.method.searchLocations, opened ? { query: settled } : skipToken, {
    placeholderData: (before) => before,
  });
  return (
    <Combobox
      busy={query.isFetching || settled !== words.trim()}
      error={error}
      free={onWords !== undefined}
      hint={hint}
      keyOf={({ id }) => id}
      label={label}
      note={noteOf(query, settled)}
      onChoose={(location) => {
        setWords(location.name);
        onChoose(location);
      }}
      onOpen={() => setOpened(true)}
      onWords={(typed) => {
        setWords(typed);
        onWords?.(typed);
      }}
      options={query.isError ? [] : query.data?.locations}
      placeholder="A few letters of its name"
      words={words}
    >
      {(location) => <bdi>{location.name}</bdi>}
    </Combobox>
  );
}

interface Answered {
  isError: boolean;
  error: unknown;
  data: { locations: Location[]; nextPageToken: string } | undefined;
}

function noteOf({ isError, error, data }: Answered, query: string): string {
  if (isError) {
    return sayFault(error);
  }
  if (data?.locations.length === 0) {
    return query ? `No place is like “${query}”.` : "There are no places yet.";
  }
  return data?.nextPageToken ? "There are more: type on." : "";
}
