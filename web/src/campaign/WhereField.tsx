import type { Location } from "@throng/gen/throng/weather/v1/location_pb";
import { useState } from "react";
import { PlaceField } from "../weather/PlaceField";
import { useLocation } from "../weather/queries";
import { isPlaceId } from "../weather/search";

interface WhereFieldProps {
  /** The id of a place of the weather, or any words. */
  place: string;
  error: string | undefined;
  onChange(place: string): void;
}

/** Says where a campaign is: at a place whose weather is known, or in any words. */
export function WhereField({ place, error, onChange }: WhereFieldProps) {
  const [chosen, setChosen] = useState<Location>();
  const query = useLocation(isPlaceId(place) && chosen?.id !== place ? place : undefined);
  const location = chosen?.id === place ? chosen : query.data?.location;
  return (
    <PlaceField
      error={error}
      hint="One of the list brings the weather to expect with it."
      label="Place (optional)"
      name={location?.name ?? (query.isLoading ? "" : place)}
      onChoose={(one) => {
        setChosen(one);
        onChange(one.id);
      }}
      onWords={onChange}
    />
  );
}
