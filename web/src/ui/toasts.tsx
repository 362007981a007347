import { useEffect, useState, useSyncExternalStore } from "react";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

interface Toast {
  id: number;
  text: string;
  kind: "done" | "failed";
}

const lifeMs = 5_000;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) {
    listener();
  }
}

function dismiss(id: number) {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Says in passing that something was done, or why it was not. */
export function toast(text: string, kind: Toast["kind"] = "done") {
  // Three at a time are read; more are noise.
  set([...toasts.slice(-2), { id: nextId++, text, kind }]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Where toasts appear and are read out. It has to be there before they come. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section
      aria-label="Messages"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 lg:bottom-6"
    >
      {shown.map((each) => (
        <ToastLine key={each.id} toast={each} />
      ))}
    </section>
  );
}

function ToastLine(props: { toast: Toast }) {
  const { id, text, kind } = props.toast;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) {
      return;
    }
    const timer = setTimeout(() => dismiss(id), lifeMs);
    return () => clearTimeout(timer);
  }, [id, held]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only stays while it is looked at
    <div
      className="pointer-events-auto flex max-w-md animate-rise items-center gap-3 rounded-2xl bg-ink py-1.5 pr-1.5 pl-4 text-ground shadow-float"
      onBlur={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <Icon name={kind === "done" ? "check" : "warning"} size={20} />
      <p className="text-sm font-medium">{text}</p>
      <IconButton label="Dismiss" look="inverse" onClick={() => dismiss(id)}>
        <Icon name="close" size={18} />
      </IconButton>
    </div>
  );
}
