import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from "react";
import { box, useDescription } from "./Field";
import { Spinner } from "./Spinner";

interface ComboboxProps<T> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  words: string;
  onWords(words: string): void;
  /** Told when the list opens: what it shows is not needed before. */
  onOpen?(): void;
  /** What the words may mean, the likeliest first; undefined while that is not known. */
  options: readonly T[] | undefined;
  keyOf(option: T): string;
  /** How an option reads. */
  children(option: T): ReactNode;
  onChoose(option: T): void;
  /** Any words will do: then the return key chooses nothing that is not marked. */
  free?: boolean;
  /** The options are not those of the words yet. */
  busy: boolean;
  /** Said below the options, or in their place where there are none. */
  note: string;
}

/** A text with suggestions, as the ARIA combobox with a list has it: the focus stays in the text. */
export function Combobox<T>(props: ComboboxProps<T>) {
  const { options = [], keyOf, busy, note } = props;
  const described = useDescription(props.hint, props.error);
  const list = useOpenList(props);
  const optionId = (index: number) => `${described.id}-${index}`;
  const activeId = list.active < 0 ? undefined : optionId(list.active);
  useEffect(() => {
    if (activeId) {
      document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
    }
  }, [activeId]);
  return (
    <div>
      <label className="mb-1 block text-sm font-semibold" htmlFor={described.id}>
        {props.label}
      </label>
      <div className="relative">
        <input
          {...described.input}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          aria-controls={list.id}
          aria-expanded={list.open}
          autoComplete="off"
          className={`${box} pr-11`}
          dir="auto"
          maxLength={100}
          onBlur={list.close}
          onChange={(event) => list.write(event.target.value)}
          onClick={list.show}
          onKeyDown={list.press}
          placeholder={props.placeholder}
          role="combobox"
          spellCheck={false}
          value={props.words}
        />
        {busy && list.open && (
          <span className="absolute top-3.5 right-4 text-soft">
            <Spinner />
          </span>
        )}
        <div
          className={`absolute inset-x-0 top-full z-10 mt-1 max-h-80 animate-rise overflow-y-auto rounded-2xl border border-line bg-raised p-1.5 text-ink shadow-float ${list.open ? "" : "hidden"}`}
          // The text keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
        >
          <div aria-label={`${props.label}: suggestions`} id={list.id} role="listbox" tabIndex={-1}>
            {options.map((option, index) => (
              <button
                aria-selected={index === list.active}
                className="block w-full rounded-xl px-3 py-2.5 text-left wrap-anywhere hover:bg-ground aria-selected:bg-glow aria-selected:text-on-glow"
                id={optionId(index)}
                key={keyOf(option)}
                onClick={() => list.choose(option)}
                role="option"
                tabIndex={-1}
                type="button"
              >
                {props.children(option)}
              </button>
            ))}
          </div>
          <p aria-hidden="true" className="px-3 py-1.5 text-sm text-soft empty:hidden">
            {note}
          </p>
        </div>
      </div>
      <p className="sr-only" role="status">
        {list.open && !busy && `${options.length > 0 ? `${options.length} found. ` : ""}${note}`}
      </p>
      {described.texts}
    </div>
  );
}

/** Whether the list is open, which of its options the keyboard is at, and what keys do. */
function useOpenList<T>(props: ComboboxProps<T>) {
  const { options = [], keyOf, busy, free, words, onWords, onOpen, onChoose } = props;
  const [open, setOpen] = useState(false);
  // By its key: the options may change under it.
  const [marked, setMarked] = useState<string>();
  const id = useId();
  const active = open && marked !== undefined ? options.findIndex((each) => keyOf(each) === marked) : -1;
  const show = () => {
    onOpen?.();
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    setMarked(undefined);
  };
  const choose = (option: T) => {
    close();
    onChoose(option);
  };
  const write = (next: string) => {
    setMarked(undefined);
    show();
    onWords(next);
  };
  const enter = () => {
    if (free && active < 0) {
      close();
      return;
    }
    // Without a choice the likeliest is meant, once it is known.
    const option = options[Math.max(active, 0)];
    if (option !== undefined && (active >= 0 || !busy)) {
      choose(option);
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      show();
      const option = options[next(active, event.key === "ArrowDown", options.length)];
      setMarked(option === undefined ? undefined : keyOf(option));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape" && (open || words)) {
      // Else it would close the dialog around.
      event.preventDefault();
      event.stopPropagation();
      open ? close() : onWords("");
    }
  };
  return { id, open, active, show, close, choose, write, press };
}

function next(active: number, down: boolean, count: number): number {
  if (count === 0) {
    return -1;
  }
  if (active < 0) {
    return down ? 0 : count - 1;
  }
  return (active + (down ? 1 : -1) + count) % count;
}
