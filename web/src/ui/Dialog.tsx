import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Button, type ButtonLook, IconButton } from "./Button";
import { Icon } from "./Icon";

interface DialogProps {
  title: string;
  children: ReactNode;
  onClose(): void;
  className?: string;
}

/**
 * A modal dialog. It is open for as long as it is rendered; the browser keeps
 * the focus inside and gives it back afterwards.
 */
export function Dialog(props: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed before it is taken away, or the focus would be lost with it.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("input:not([hidden]), textarea")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too, by the browser
    <dialog
      aria-labelledby={titleId}
      className={`m-auto max-h-[92dvh] w-[min(34rem,calc(100vw-1.5rem))] animate-rise rounded-panel bg-panel p-5 text-ink shadow-float sm:p-6 ${props.className ?? ""}`}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => event.target === ref.current && props.onClose()}
      ref={ref}
    >
      <header className="mb-3 flex items-center justify-between gap-4">
        <h2 className="text-lg" id={titleId}>
          {props.title}
        </h2>
        <IconButton className="-mr-2" label="Close" onClick={props.onClose}>
          <Icon name="close" />
        </IconButton>
      </header>
      {props.children}
    </dialog>
  );
}

/** Asks before something is done that cannot be undone. */
export function Confirm(props: {
  title: string;
  children: ReactNode;
  action: string;
  look?: ButtonLook;
  busy?: boolean;
  onConfirm(): void;
  onClose(): void;
}) {
  return (
    <Dialog className="sm:max-w-md" onClose={props.onClose} title={props.title}>
      <p className="text-soft">{props.children}</p>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <Button look="outline" onClick={props.onClose}>
          Cancel
        </Button>
        <Button busy={props.busy ?? false} look={props.look ?? "danger"} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}
