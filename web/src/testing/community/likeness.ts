/** How alike two texts are by their trigrams, from 0 to 1, whatever the case. */
export function likeness(a: string, b: string): number {
  const [one, other] = [trigramsOf(a), trigramsOf(b)];
  const shared = [...one].filter((each) => other.has(each)).length;
  return shared / (one.size + other.size - shared || 1);
}

function trigramsOf(text: string): Set<string> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return new Set(
    words.flatMap((word) => {
      const padded = `  ${word} `;
      return Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3));
    }),
  );
}

/** The best first: those of which a text begins with the query, text by text, then those that resemble it. */
export function searched<T>(all: Iterable<T>, query: string, ...texts: ((each: T) => string)[]): T[] {
  const words = query.trim().toLowerCase();
  const sorted = texts.map((text) =>
    [...all]
      .filter((each) => text(each).toLowerCase().startsWith(words))
      .sort((a, b) => text(a).toLowerCase().localeCompare(text(b).toLowerCase())),
  );
  const last = texts.at(-1);
  const alike = last
    ? [...all]
        .map((each) => ({ each, score: likeness(words, last(each)) }))
        .filter(({ score }) => score >= 0.3)
        .sort((a, b) => b.score - a.score)
        .map(({ each }) => each)
    : [];
  return [...new Set([...sorted.flat(), ...(words ? alike : [])])];
}
