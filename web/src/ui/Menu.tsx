import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { IconButton } from "./Button";
import { Icon, type IconName } from "./Icon";

export interface MenuAction {
  label: string;
  icon: IconName;
  danger?: boolean;
  /** Without, it says something and cannot be chosen. */
  onSelect?(): void;
}

/** A button that opens a short list of actions, as the ARIA menu button pattern has it. */
export function Menu(props: { label: string; actions: MenuAction[] }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) {
      return;
    }
    place(list.current, button.current);
    list.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const close = () => setOpen(false);
    // The page may still be telling of a scroll that brought the button here.
    const top = button.current?.getBoundingClientRect().top;
    const closeMoved = () => {
      if (button.current?.getBoundingClientRect().top !== top) {
        close();
      }
    };
    const closeOutside = (event: PointerEvent) => {
      const inside = [list, button].some((ref) => ref.current?.contains(event.target as Node));
      if (!inside) {
        close();
      }
    };
    document.addEventListener("pointerdown", closeOutside);
    window.addEventListener("scroll", closeMoved, { passive: true });
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      window.removeEventListener("scroll", closeMoved);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <IconButton
        aria-controls={open ? id : undefined}
        aria-expanded={open}
        aria-haspopup="menu"
        label={props.label}
        onClick={() => setOpen(!open)}
        ref={button}
      >
        <Icon name="more" />
      </IconButton>
      {open && (
        <div
          aria-label={props.label}
          className="fixed inset-auto m-0 min-w-48 animate-rise rounded-2xl border border-line bg-raised p-1.5 text-ink shadow-float"
          id={id}
          onKeyDown={(event) => move(event, close)}
          popover="manual"
          ref={list}
          role="menu"
          tabIndex={-1}
        >
          {props.actions.map((action) => (
            <button
              aria-disabled={!action.onSelect || undefined}
              className={`flex w-full items-center gap-3 rounded-xl px-3 py-2.5 text-left font-medium hover:bg-ground focus-visible:bg-ground aria-disabled:cursor-default aria-disabled:text-soft ${action.danger ? "text-danger" : ""}`}
              key={action.label}
              onClick={() => {
                if (action.onSelect) {
                  close();
                  action.onSelect();
                }
              }}
              role="menuitem"
              tabIndex={-1}
              type="button"
            >
              <Icon name={action.icon} size={20} />
              {action.label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Below the button, on top of everything, where no card can cut it off. */
function place(list: HTMLElement | null, button: HTMLElement | null) {
  if (list && button) {
    const below = button.getBoundingClientRect();
    list.showPopover?.();
    list.style.top = `${below.bottom + 4}px`;
    list.style.right = `${document.documentElement.clientWidth - below.right}px`;
  }
}

function move(event: KeyboardEvent<HTMLDivElement>, close: () => void) {
  if (event.key === "Escape" || event.key === "Tab") {
    close();
    return;
  }
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
}
