import { Link, type LinkProps } from "@tanstack/react-router";

/** Links to sister pages, the present one marked. */
export function Tabs(props: {
  label: string;
  tabs: (Pick<LinkProps, "to" | "params" | "search"> & { label: string })[];
}) {
  return (
    <nav aria-label={props.label} className="mb-2.5 flex flex-wrap gap-1.5">
      {props.tabs.map(({ label, ...link }) => (
        <Link
          {...link}
          activeOptions={{ exact: true, includeSearch: link.search !== undefined }}
          activeProps={{ className: "bg-glow text-on-glow" }}
          className="rounded-full px-4 py-2 font-semibold transition-colors"
          inactiveProps={{ className: "text-soft hover:bg-panel hover:text-ink" }}
          key={label}
          replace
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
