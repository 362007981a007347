import { Link } from "@tanstack/react-router";
import { type Token, tokenize } from "./links";

/** More than this of a post does not stand in a feed. */
export function isLong(text: string): boolean {
  return text.length > 800 || text.split("\n").length > 12;
}

/** The words of a post: plain text, line breaks kept, written whichever way. */
export function PostText(props: { text: string; className?: string }) {
  if (!props.text) {
    return null;
  }
  return (
    <p className={`wrap-anywhere whitespace-pre-wrap ${props.className ?? ""}`} dir="auto">
      {tokenize(props.text).map((token, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text of a post never changes
        <Stretch key={index} token={token} />
      ))}
    </p>
  );
}

const look = "font-medium text-brand underline decoration-brand/35 underline-offset-3 hover:decoration-brand";

function Stretch({ token }: { token: Token }) {
  switch (token.kind) {
    case "text":
      return token.text;
    case "mention":
      return (
        <Link className={look} params={{ handle: token.handle }} to="/@{$handle}">
          {token.text}
        </Link>
      );
    case "link":
      return (
        <a className={look} href={token.href} rel="noopener noreferrer nofollow ugc" target="_blank">
          {token.text.replace(/^https?:\/\//, "")}
        </a>
      );
  }
}
