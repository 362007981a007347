import { useRouter } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "../ui/Icon";
import { Spinner } from "../ui/Spinner";

const pauseMs = 250;
const maxLength = 100;

interface SearchBoxProps {
  label: string;
  placeholder: string;
  /** What is looked for now. */
  words: string;
  busy: boolean;
  /** Told once the typing pauses. */
  onWords(words: string): void;
}

/** Words to look for, taken while one types. */
export function SearchBox({ label, placeholder, words, busy, onWords }: SearchBoxProps) {
  const [typed, setTyped] = useState(words);
  const id = useId();
  const told = useRef(words);
  const router = useRouter();
  const page = useRef(router.state.location.pathname);
  useEffect(() => {
    // Words that change from elsewhere, by the way back or by a button, are the new ones.
    if (words !== told.current) {
      told.current = words;
      setTyped(words);
    }
  }, [words]);
  useEffect(() => {
    const next = typed.trim();
    if (next === told.current) {
      return;
    }
    const timer = setTimeout(() => {
      // Who is on the way to another page is not called back.
      if (router.state.location.pathname === page.current) {
        told.current = next;
        onWords(next);
      }
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [typed, onWords, router]);
  return (
    <search className="relative mb-2.5 block">
      <label className="sr-only" htmlFor={id}>
        {label}
      </label>
      <Icon className="pointer-events-none absolute top-3.5 left-4 text-soft" name="people" size={20} />
      <input
        autoComplete="off"
        className="panel w-full border border-edge py-3 pr-11 pl-12 hover:border-ink"
        dir="auto"
        id={id}
        maxLength={maxLength}
        onChange={(event) => setTyped(event.target.value)}
        placeholder={placeholder}
        spellCheck={false}
        type="search"
        value={typed}
      />
      {busy && (
        <span className="absolute top-4 right-4 text-soft">
          <Spinner />
        </span>
      )}
    </search>
  );
}
