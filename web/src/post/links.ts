/** A stretch of a post's text. */
export type Token =
  | { kind: "text"; text: string }
  | { kind: "mention"; text: string; handle: string }
  | { kind: "link"; text: string; href: string };

const pattern = /(?<![\w@/.])@([A-Za-z0-9_]{3,30})(?!\w)|\bhttps?:\/\/[^\s<>"'`]+/g;

/**
 * Finds handles and addresses in plain text. Only http and https become links;
 * nothing is ever read as markup.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const token = match[1]
      ? ({ kind: "mention", text: match[0], handle: match[1].toLowerCase() } as const)
      : linkOf(match[0]);
    if (!token) {
      continue;
    }
    if (match.index > at) {
      tokens.push({ kind: "text", text: text.slice(at, match.index) });
    }
    tokens.push(token);
    at = match.index + token.text.length;
  }
  if (at < text.length) {
    tokens.push({ kind: "text", text: text.slice(at) });
  }
  return tokens;
}

function linkOf(match: string): Token | undefined {
  const text = withoutSentenceEnd(match);
  try {
    return { kind: "link", text, href: new URL(text).href };
  } catch {
    return undefined;
  }
}

/** The full stop after an address is not part of it, nor is the bracket around it. */
function withoutSentenceEnd(text: string): string {
  const trimmed = text.replace(/[.,;:!?…]+$/, "");
  const open = trimmed.split("(").length;
  const closed = trimmed.split(")").length;
  return closed > open && trimmed.endsWith(")") ? withoutSentenceEnd(trimmed.slice(0, -1)) : trimmed;
}
