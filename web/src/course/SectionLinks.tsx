import { useEffect, useState } from "react";

export interface Place {
  id: string;
  label: string;
}

/** Links to the sections of a page, which stay in sight and mark the one that is read. */
export function SectionLinks({ places }: { places: readonly Place[] }) {
  const [read, setRead] = useRead(places);
  return (
    <nav
      aria-label="Sections"
      className="sticky top-15 z-10 -mx-3 flex gap-1.5 overflow-x-auto bg-ground/90 px-3 py-2 backdrop-blur-md lg:top-0"
    >
      {places.map(({ id, label }) => (
        <a
          aria-current={read === id ? "location" : undefined}
          className="rounded-full px-3.5 py-1.5 text-sm font-semibold whitespace-nowrap text-soft transition-colors hover:bg-panel hover:text-ink aria-[current=location]:bg-glow aria-[current=location]:text-on-glow"
          href={`#${id}`}
          key={id}
          onClick={(event) => {
            event.preventDefault();
            const section = document.getElementById(id);
            section?.scrollIntoView({ block: "start" });
            // From here the keyboard goes on.
            section?.focus({ preventScroll: true });
            setRead(id);
          }}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}

/** The section that fills the upper part of the window. */
function useRead(places: readonly Place[]) {
  const [read, setRead] = useState(places[0]?.id);
  const ids = places.map(({ id }) => id).join(" ");
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        const seen = entries.find(({ isIntersecting }) => isIntersecting);
        if (seen) {
          setRead(seen.target.id);
        }
      },
      { rootMargin: "-20% 0px -70%" },
    );
    for (const id of ids.split(" ")) {
      const section = document.getElementById(id);
      if (section) {
        observer.observe(section);
      }
    }
    return () => observer.disconnect();
  }, [ids]);
  return [read, setRead] as const;
}
