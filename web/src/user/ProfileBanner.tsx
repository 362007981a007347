import { dotsOf } from "../ui/dots";

const columns = 44;
const rows = 9;

/** The handle in dots across a band, running out of it like a banner in a stadium. */
export function ProfileBanner(props: { handle: string; className?: string }) {
  const lit = new Set<string>();
  const text = `${props.handle}  `.repeat(Math.ceil(columns / (6 * (props.handle.length + 2))) + 1);
  [...text].forEach((character, index) => {
    for (const dot of dotsOf(character)) {
      if (dot.lit) {
        lit.add(`${index * 6 + dot.column - 1},${dot.row + 2}`);
      }
    }
  });
  const places = Array.from({ length: columns * rows }, (_, i) => [i % columns, Math.floor(i / columns)]);
  return (
    <svg
      aria-hidden="true"
      className={props.className}
      preserveAspectRatio="xMinYMid slice"
      viewBox={`0 0 ${columns * 10} ${rows * 10}`}
    >
      {places.map(([column = 0, row = 0]) => {
        const on = lit.has(`${column},${row}`);
        return (
          <circle
            className={on ? "fill-current opacity-60" : "fill-current opacity-15"}
            cx={column * 10 + 5}
            cy={row * 10 + 5}
            key={`${column},${row}`}
            r={on ? 4 : 2}
          />
        );
      })}
    </svg>
  );
}
