/**
 * Letters of five by five dots, as a crowd with coloured cards would form them:
 * the mark of Throng, and the picture of everybody who has none. Each entry is a
 * character and its five rows, a digit to the base 32 a row.
 */
const table =
  "aehvhh buhuhu cfgggf duhhhu evgugv fvgugg gfgjhf hhhvhh ie444e j722ic khisih lggggv " +
  "mhrlhh nhpljh oehhhe puhugg qehlid ruhuih sfge1u tv4444 uhhhhe vhhha4 whhlrh xha4ah " +
  "yha444 zv248v 0ejlpe 14c44e 2u1egv 3u1e1u 4iiv22 5vgu1u 6eguhe 7v1244 8ehehe 9ehf1e " +
  "_0000v";

const rowsOf = new Map(table.split(" ").map((entry) => [entry.charAt(0), entry.slice(1)]));

/** The lit dots of a character; one that is not in the table has none. */
export function dotsOf(character: string): { column: number; row: number }[] {
  const rows = rowsOf.get(character.toLowerCase()) ?? "";
  return [...rows].flatMap((digit, row) => {
    const bits = Number.parseInt(digit, 32);
    return [0, 1, 2, 3, 4]
      .filter((column) => ((bits >> (4 - column)) & 1) === 1)
      .map((column) => ({ column, row }));
  });
}

/** A small number that stays the same for the same text, for choosing among looks. */
export function hashOf(text: string): number {
  let hash = 2166136261;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  }
  return hash >>> 0;
}
