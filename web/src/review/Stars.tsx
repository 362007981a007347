const star = "M10 1.6l2.5 5.3 5.8.8-4.2 4 1 5.8-5.1-2.8-5.1 2.8 1-5.8-4.2-4 5.8-.8z";

/** Stars out of five, also a part of one; `label` says the same in words. */
export function Stars(props: { value: number; label: string; size?: number; className?: string }) {
  const size = props.size ?? 18;
  const width = Math.min(100, Math.max(0, props.value * 20));
  return (
    <span
      aria-label={props.label}
      className={`relative inline-block shrink-0 align-middle ${props.className ?? ""}`}
      role="img"
      style={{ width: size * 5, height: size }}
    >
      <Row className="fill-line" size={size} />
      <span className="absolute inset-y-0 left-0 overflow-hidden" style={{ width: `${width}%` }}>
        <Row className="fill-brand" size={size} />
      </span>
    </span>
  );
}

function Row({ size, className }: { size: number; className: string }) {
  return (
    <svg
      aria-hidden="true"
      className={`absolute top-0 left-0 max-w-none ${className}`}
      height={size}
      viewBox="0 0 100 20"
      width={size * 5}
    >
      {[0, 1, 2, 3, 4].map((n) => (
        <path d={star} key={n} transform={`translate(${n * 20} 0)`} />
      ))}
    </svg>
  );
}
