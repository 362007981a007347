import type { CharacteristicMeta, ReviewMeta } from "@throng/gen/throng/review/v1/product_pb";
import { counted } from "../ui/count";
import { placeOf, sayScale } from "./sums";

/** What reviews say of the sides of a product, each on a scale with its labels. */
export function Characteristics({ meta }: { meta: ReviewMeta }) {
  if (meta.characteristics.length === 0 || meta.total === 0n) {
    return null;
  }
  return (
    <ul
      aria-label="Characteristics"
      className="mt-5 grid gap-x-7 gap-y-4 border-t border-line pt-4 sm:grid-cols-2"
    >
      {meta.characteristics.map((each) => (
        <li key={each.characteristic?.id}>
          <Scale meta={each} />
        </li>
      ))}
    </ul>
  );
}

function Scale({ meta }: { meta: CharacteristicMeta }) {
  const { characteristic, count, mean } = meta;
  const labels = characteristic?.labels ?? [];
  const [low = "1", middle = "", high = "5"] = [labels[0], labels[2], labels[4]];
  return (
    <>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <bdi className="font-semibold wrap-anywhere">{characteristic?.name}</bdi>
        <span className="text-sm text-soft">
          {mean ? <bdi>{sayScale(meta)}</bdi> : "Nobody has said"}
          {mean && <span className="sr-only">, by {counted(count, "review", "reviews")}</span>}
        </span>
      </p>
      {/* The words above say what is drawn here. */}
      <div aria-hidden="true">
        <div className="relative mt-2 grid h-2 grid-cols-5 gap-1">
          {[1, 2, 3, 4, 5].map((value) => (
            <span className="rounded-full bg-line" key={value} />
          ))}
          {mean && (
            <span className="absolute inset-x-2 inset-y-0">
              <span
                className="absolute top-1/2 size-4 -translate-1/2 rounded-full border-2 border-panel bg-brand"
                style={{ left: `${placeOf(mean)}%` }}
              />
            </span>
          )}
        </div>
        <p className="mt-1.5 flex justify-between gap-3 text-xs text-soft">
          <bdi>{low}</bdi>
          <bdi className="text-center max-[24rem]:hidden">{middle}</bdi>
          <bdi className="text-right">{high}</bdi>
        </p>
      </div>
    </>
  );
}
