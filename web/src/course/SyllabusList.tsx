import type { Syllabus } from "@throng/gen/throng/course/v1/catalog_pb";

/** What a course teaches, in its order; what is said of a part opens when it is asked for. */
export function SyllabusList({ syllabus }: { syllabus: Syllabus }) {
  if (syllabus.sections.length === 0) {
    return <p className="text-soft">Nothing is said of it yet.</p>;
  }
  return (
    <ol aria-label="Parts of the course" className="flex flex-col">
      {syllabus.sections.map(({ title, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no names of their own, and change as a whole
        <li className="border-t border-line py-1 first:border-0" key={index}>
          {text ? (
            <details>
              <summary className="min-h-9 py-1.5 font-semibold wrap-anywhere">
                <Numbered number={index + 1} title={title} />
              </summary>
              <p className="pb-2 pl-6 wrap-anywhere whitespace-pre-wrap text-soft" dir="auto">
                {text}
              </p>
            </details>
          ) : (
            <p className="min-h-9 py-1.5 font-semibold wrap-anywhere">
              <Numbered number={index + 1} title={title} />
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Numbered({ number, title }: { number: number; title: string }) {
  return (
    <>
      <span aria-hidden="true" className="inline-block w-6 text-soft tabular-nums">
        {number}
      </span>
      <bdi>{title}</bdi>
    </>
  );
}
