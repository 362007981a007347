import { type TextareaHTMLAttributes, useEffect, useRef } from "react";

/** A text box as high as its text. */
export function GrowingText({ autoFocus, ...props }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const ref = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the value
  useEffect(() => {
    const box = ref.current;
    if (box) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    }
  }, [props.value]);
  useEffect(() => {
    if (autoFocus) {
      ref.current?.focus();
    }
  }, [autoFocus]);
  return (
    <textarea
      {...props}
      className="block max-h-[50dvh] w-full resize-none rounded-xl bg-transparent px-2.5 py-2 text-lg outline-offset-0"
      dir="auto"
      ref={ref}
    />
  );
}

/** Room that is left, told when it gets scarce. */
export function Counter({ left }: { left: number }) {
  return (
    <p
      aria-live="polite"
      className={`text-sm tabular-nums ${left < 0 ? "font-bold text-danger" : "text-soft"} ${left > 200 ? "sr-only" : ""}`}
    >
      {left <= 200 && (left < 0 ? `${-left} too many` : `${left} left`)}
    </p>
  );
}
