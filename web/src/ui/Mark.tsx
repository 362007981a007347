import { type Dot, dotsOf } from "./dots";

const spacing = 10;

/** The mark of Throng: the crowd forms a T, and one of them is you. */
export function Mark(props: { size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      className={props.className}
      height={props.size ?? 36}
      viewBox="0 0 50 50"
      width={props.size ?? 36}
    >
      <Letter character="t" you={2} />
    </svg>
  );
}

/** Words in dots, in a crowd that is wider than they are. */
export function DotWord(props: { word: string; margin?: number; className?: string }) {
  const margin = props.margin ?? 1;
  const columns = props.word.length * 6 - 1 + 2 * margin;
  const rows = 5 + 2 * margin;
  const lit = new Set<string>();
  [...props.word].forEach((character, index) => {
    for (const dot of dotsOf(character)) {
      if (dot.lit) {
        lit.add(`${margin + index * 6 + dot.column},${margin + dot.row}`);
      }
    }
  });
  const places = Array.from({ length: columns * rows }, (_, i) => [i % columns, Math.floor(i / columns)]);
  return (
    <svg
      aria-hidden="true"
      className={props.className}
      viewBox={`0 0 ${columns * spacing} ${rows * spacing}`}
      preserveAspectRatio="xMidYMid meet"
    >
      {places.map(([column = 0, row = 0]) => (
        <Place column={column} key={`${column},${row}`} lit={lit.has(`${column},${row}`)} row={row} />
      ))}
    </svg>
  );
}

/** A character within 50 by 50; the dot at index `you` stands out. */
export function Letter(props: { character: string; you?: number }) {
  return dotsOf(props.character).map((dot, index) => (
    <Place {...dot} key={`${dot.column},${dot.row}`} you={index === props.you} />
  ));
}

function Place(props: Dot & { you?: boolean }) {
  const look = props.you ? "fill-heart" : props.lit ? "fill-current" : "fill-current opacity-20";
  return (
    <circle
      className={look}
      cx={props.column * spacing + spacing / 2}
      cy={props.row * spacing + spacing / 2}
      r={props.lit ? 4.2 : 2.6}
    />
  );
}
