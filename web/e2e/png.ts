import { deflateSync } from "node:zlib";

/** A small landscape as PNG: sky, sun and hills in colours that follow from the seed. */
export function landscape(width: number, height: number, seed = 0): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x++) {
      row.set(colour(x / width, y / height, seed), 1 + x * 3);
    }
    return row;
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

type Rgb = [number, number, number];

const palettes: { sky: [Rgb, Rgb]; sun: Rgb; hills: Rgb[] }[] = [
  {
    sky: [
      [38, 84, 124],
      [255, 196, 140],
    ],
    sun: [255, 236, 190],
    hills: [
      [94, 84, 112],
      [52, 66, 92],
      [22, 40, 56],
    ],
  },
  {
    sky: [
      [150, 210, 226],
      [240, 247, 226],
    ],
    sun: [255, 250, 220],
    hills: [
      [132, 176, 140],
      [74, 130, 98],
      [28, 82, 66],
    ],
  },
  {
    sky: [
      [60, 36, 84],
      [244, 122, 96],
    ],
    sun: [255, 206, 120],
    hills: [
      [130, 60, 96],
      [84, 38, 80],
      [40, 22, 54],
    ],
  },
  {
    sky: [
      [246, 210, 120],
      [255, 246, 214],
    ],
    sun: [255, 255, 255],
    hills: [
      [222, 150, 80],
      [176, 94, 60],
      [104, 52, 48],
    ],
  },
];

function colour(x: number, y: number, seed: number): Rgb {
  const palette = palettes[seed % palettes.length] ?? palettes[0];
  if (!palette) {
    return [0, 0, 0];
  }
  const nearest = palette.hills.filter((_, n) => y > ridge(x, n, seed)).at(-1);
  if (nearest) {
    return nearest;
  }
  const sun = Math.hypot((x - 0.28 - (seed % 3) * 0.2) * 1.5, y - 0.3);
  const [top, bottom] = palette.sky;
  const sky = top.map((from, n) => from + ((bottom[n] ?? 0) - from) * y * 1.5) as Rgb;
  return sun < 0.09 ? palette.sun : (sky.map((each) => Math.min(255, Math.round(each))) as Rgb);
}

/** Where the n-th row of hills begins. */
function ridge(x: number, n: number, seed: number): number {
  const waves = Math.sin(x * (5 + n * 2.3) + seed * 1.7 + n) * 0.07 + Math.sin(x * 13 + n * 4 + seed) * 0.025;
  return 0.55 + n * 0.14 + waves;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(bytes: Buffer): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    }
  }
  return (rest ^ 0xffffffff) >>> 0;
}
