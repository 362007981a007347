import type { ButtonHTMLAttributes, Ref } from "react";
import { Spinner } from "./Spinner";

const looks = {
  primary: "bg-brand text-on-brand hover:bg-brand-strong",
  quiet: "text-soft hover:bg-ground hover:text-ink",
  outline: "border border-edge text-ink hover:border-ink",
  danger: "bg-danger text-on-danger hover:opacity-90",
  warning: "border border-danger text-danger hover:bg-ground",
  // On grounds of the opposite brightness, and on the brand's own.
  inverse: "border border-ground/50 text-ground hover:border-ground",
  onBrand: "bg-on-brand text-brand hover:opacity-90",
  onBrandOutline: "border border-on-brand/60 text-on-brand hover:border-on-brand",
} as const;

const sizes = {
  small: "min-h-9 px-3.5 text-sm",
  normal: "min-h-11 px-5",
} as const;

export type ButtonLook = keyof typeof looks;

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "primary", size: keyof typeof sizes = "normal"): string {
  return `inline-flex items-center justify-center gap-2 rounded-full font-semibold transition-colors select-none aria-disabled:opacity-55 aria-disabled:cursor-default ${looks[look]} ${sizes[size]}`;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  size?: keyof typeof sizes;
  /** Work is under way: presses are ignored, and it shows. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/**
 * A button that stays focusable when it cannot be used, so that the keyboard
 * does not lose its place.
 */
export function Button({ look, size, busy, disabled, className, children, onClick, ...rest }: ButtonProps) {
  const off = busy || disabled;
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={off || undefined}
      className={`${buttonClass(look, size)} ${className ?? ""}`}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

const iconLooks = {
  plain: "text-soft hover:bg-ground hover:text-ink",
  onGround: "text-soft hover:bg-panel hover:text-ink",
  inverse: "text-ground hover:bg-ground/20",
  overPicture: "bg-ink/75 text-ground hover:bg-ink",
} as const;

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  look?: keyof typeof iconLooks;
  ref?: Ref<HTMLButtonElement>;
}

/** A round button with an icon alone; the label is for those who do not see it. */
export function IconButton({ label, look, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={`inline-grid size-10 place-items-center rounded-full transition-colors ${iconLooks[look ?? "plain"]} ${className ?? ""}`}
      title={label}
    />
  );
}
