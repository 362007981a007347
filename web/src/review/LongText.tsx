import { useId, useState } from "react";

/** More than this does not stand in a tile at once. */
export function isLong(text: string): boolean {
  return text.length > 400 || text.split("\n").length > 7;
}

/** Plain text, line breaks kept, written whichever way; a long one opens when it is asked for. */
export function LongText({ text, className }: { text: string; className?: string }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  if (!text) {
    return null;
  }
  const long = isLong(text);
  return (
    <div className={className}>
      <p
        className={`wrap-anywhere whitespace-pre-wrap ${long && !open ? "line-clamp-6" : ""}`}
        dir="auto"
        id={id}
      >
        {text}
      </p>
      {long && (
        <button
          aria-controls={id}
          aria-expanded={open}
          className="min-h-9 font-semibold text-brand hover:underline"
          onClick={() => setOpen(!open)}
          type="button"
        >
          {open ? "Show less" : "Read on"}
        </button>
      )}
    </div>
  );
}
