/** Work under way, beside words that say which. */
export function Spinner(props: { size?: number }) {
  const size = props.size ?? 18;
  return (
    <svg
      aria-hidden="true"
      className="animate-turn"
      fill="none"
      height={size}
      viewBox="0 0 24 24"
      width={size}
    >
      <circle className="opacity-25" cx="12" cy="12" r="9" stroke="currentColor" strokeWidth="3" />
      <path d="M21 12a9 9 0 0 0-9-9" stroke="currentColor" strokeLinecap="round" strokeWidth="3" />
    </svg>
  );
}

/** A place that is being filled. */
export function Loading(props: { label?: string }) {
  return (
    <p className="flex items-center justify-center gap-3 py-10 text-soft" role="status">
      <Spinner size={22} />
      {props.label ?? "Loading…"}
    </p>
  );
}
