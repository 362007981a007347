import { dotsOf } from "./dots";

const spacing = 10;

/** The mark of Throng: the crowd forms a T, and one of them is you. */
export function Mark(props: { size: number }) {
  return (
    <svg aria-hidden="true" height={props.size} viewBox="0 0 50 50" width={props.size}>
      <Letter character="t" you="2,0" />
    </svg>
  );
}

/** A character within 50 by 50. */
export function Letter(props: { character: string; you?: string }) {
  return <Crowd columns={5} lit={litBy(props.character)} rows={5} you={props.you} youClass="fill-you" />;
}

/** A word in dots, in a crowd one row wider than it. On a first visit it lights up like a wave. */
export function DotWord(props: { word: string; you?: string; wave?: boolean; className: string }) {
  const columns = props.word.length * 6 + 1;
  return (
    <svg aria-hidden="true" className={props.className} viewBox={`0 0 ${columns * spacing} ${7 * spacing}`}>
      <Crowd
        columns={columns}
        lit={litBy(props.word, 1, 1)}
        rows={7}
        wave={props.wave}
        you={props.you}
        youClass="fill-you-on-brand"
      />
    </svg>
  );
}

/** A word across a band, again and again until the band ends. */
export function DotBand(props: { word: string; start: number; className: string }) {
  const columns = 64;
  const unit = `${props.word}  `;
  const text = unit.repeat(Math.ceil(columns / (6 * unit.length)));
  return (
    <svg
      aria-hidden="true"
      className={props.className}
      preserveAspectRatio="xMinYMid slice"
      viewBox={`0 0 ${columns * spacing} ${9 * spacing}`}
    >
      <g className="opacity-70">
        <Crowd columns={columns} lit={litBy(text, props.start, 2)} rows={9} />
      </g>
    </svg>
  );
}

/** The places that a text lights, as "column,row". */
function litBy(text: string, left = 0, top = 0): Set<string> {
  return new Set(
    [...text].flatMap((character, index) =>
      dotsOf(character).map(({ column, row }) => `${left + index * 6 + column},${top + row}`),
    ),
  );
}

interface CrowdProps {
  columns: number;
  rows: number;
  lit: Set<string>;
  /** The one that stands out, and how. */
  you?: string | undefined;
  youClass?: string;
  wave?: boolean | undefined;
}

function Crowd({ columns, rows, lit, you, youClass, wave }: CrowdProps) {
  return Array.from({ length: columns * rows }, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const place = `${column},${row}`;
    const on = lit.has(place);
    const look = place === you ? youClass : on ? "fill-current" : "fill-current opacity-20";
    return (
      <circle
        className={`${look} ${wave && on ? "animate-light" : ""}`}
        cx={column * spacing + spacing / 2}
        cy={row * spacing + spacing / 2}
        key={place}
        r={on ? 4.5 : 2.4}
        style={wave && on ? { animationDelay: `${column * 22 + row * 12}ms` } : undefined}
      />
    );
  });
}
