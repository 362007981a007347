import type { ReviewMeta } from "@throng/gen/throng/review/v1/product_pb";
import { counted } from "../ui/count";
import { Stars } from "./Stars";
import { type ReviewSearch, starsIn, toggled } from "./search";
import { percentOf, recommending, sayMean } from "./sums";

interface BreakdownProps {
  meta: ReviewMeta;
  search: ReviewSearch;
  onSearch(next: ReviewSearch): void;
}

/** What the stars of all reviews come to, and how many of each there are; each row chooses its reviews. */
export function Breakdown({ meta, search, onSearch }: BreakdownProps) {
  if (meta.total === 0n) {
    return <p className="text-soft">Nobody has reviewed it yet.</p>;
  }
  const share = recommending(meta);
  const chosen = starsIn(search);
  return (
    <div className="flex flex-col gap-4 sm:flex-row sm:items-center sm:gap-7">
      <div className="shrink-0">
        <p className="flex items-center gap-3 sm:flex-col sm:items-start sm:gap-1">
          <span aria-hidden="true" className="text-hero font-bold tabular-nums">
            {sayMean(meta.meanRating)}
          </span>
          <Stars label={`${sayMean(meta.meanRating)} of 5 stars`} size={22} value={Number(meta.meanRating)} />
        </p>
        <p className="mt-1 text-sm text-soft">{counted(meta.total, "review", "reviews")}</p>
        {share !== undefined && (
          <p className="mt-1 text-sm text-soft">
            <b className="text-ink">{share} %</b> recommend it
          </p>
        )}
      </div>
      <ul aria-label="Reviews by stars" className="flex min-w-0 grow flex-col">
        {[5, 4, 3, 2, 1].map((star) => (
          <li key={star}>
            <Row
              chosen={chosen.includes(star)}
              count={meta.ratings[star - 1] ?? 0n}
              dimmed={chosen.length > 0}
              onToggle={() => onSearch(toggled(search, star))}
              star={star}
              total={meta.total}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface RowProps {
  star: number;
  count: bigint;
  total: bigint;
  chosen: boolean;
  /** Others are chosen, and not this one. */
  dimmed: boolean;
  onToggle(): void;
}

function Row({ star, count, total, chosen, dimmed, onToggle }: RowProps) {
  const stars = star === 1 ? "1 star" : `${star} stars`;
  return (
    <button
      aria-label={`Only ${stars}: ${counted(count, "review", "reviews")}`}
      aria-pressed={chosen}
      className="flex min-h-9 w-full items-center gap-3 rounded-xl px-2 text-sm hover:bg-ground aria-pressed:bg-glow aria-pressed:text-on-glow"
      onClick={onToggle}
      type="button"
    >
      <span className="w-12 shrink-0 text-left font-medium whitespace-nowrap">{stars}</span>
      <span className="h-2.5 grow overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full rounded-full bg-brand ${dimmed && !chosen ? "opacity-45" : ""}`}
          style={{ width: `${percentOf(count, total)}%` }}
        />
      </span>
      <span className="w-12 shrink-0 text-right tabular-nums">{count.toLocaleString()}</span>
    </button>
  );
}
