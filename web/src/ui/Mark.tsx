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

/** All dots of one look are one shape; a wave has one for each column. */
function Crowd({ columns, rows, lit, you, youClass, wave }: CrowdProps) {
  const shapes = new Map<string, { path: string; look: string; column?: number }>();
  for (let place = 0; place < columns * rows; place++) {
    const [column, row] = [place % columns, Math.floor(place / columns)];
    const name = `${column},${row}`;
    const on = lit.has(name);
    const kind = name === you ? "you" : on ? (wave ? `lit ${column}` : "lit") : "dim";
    const look = name === you ? youClass : on ? "fill-current" : "fill-current opacity-20";
    const shape = shapes.get(kind) ?? { path: "", look: look ?? "", ...(wave && on && { column }) };
    shapes.set(kind, { ...shape, path: shape.path + disc(column, row, on ? 4.5 : 2.4) });
  }
  return [...shapes].map(([kind, { path, look, column }]) =>
    column === undefined ? (
      <path className={look} d={path} key={kind} />
    ) : (
      <path
        className={`${look} animate-light`}
        d={path}
        key={kind}
        style={{ animationDelay: `${column * 24}ms` }}
      />
    ),
  );
}

function disc(column: number, row: number, radius: number): string {
  const [x, y] = [column * spacing + spacing / 2, row * spacing + spacing / 2];
  return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
}
