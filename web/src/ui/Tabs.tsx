import { Link, type LinkProps } from "@tanstack/react-router";

interface Tab extends Pick<LinkProps, "to" | "params" | "search"> {
  label: string;
  /** Pages below it belong to it. */
  deep?: boolean;
}

/** Links to sister pages, the present one marked. Search parameters tell pages apart where tabs have them. */
export function Tabs(props: { label: string; small?: boolean; tabs: Tab[] }) {
  const size = props.small ? "px-3.5 py-1.5 text-sm" : "px-4 py-2";
  return (
    <nav aria-label={props.label} className="mb-2.5 flex flex-wrap gap-1.5">
      {props.tabs.map(({ label, deep, ...link }) => (
        <Link
          {...link}
          activeOptions={{ exact: !deep, includeSearch: link.search !== undefined }}
          activeProps={{ className: "bg-glow text-on-glow" }}
          className={`rounded-full font-semibold transition-colors ${size}`}
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
