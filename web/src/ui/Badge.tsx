import type { ReactNode } from "react";

const looks = {
  glow: "bg-glow text-on-glow",
  brand: "bg-brand text-on-brand",
  plain: "border border-edge text-soft",
} as const;

/** A word that stands out beside a title. */
export function Badge(props: { look?: keyof typeof looks; children: ReactNode }) {
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-semibold whitespace-nowrap ${looks[props.look ?? "glow"]}`}
    >
      {props.children}
    </span>
  );
}
