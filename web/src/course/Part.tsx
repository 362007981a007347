import type { SectionFailure } from "@throng/gen/throng/course/v1/page_pb";
import { type ReactNode, useId } from "react";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { sayFailure } from "./failures";

/** A section of a page as the contract has it: what there is, or why it is not there. */
export type Result<T> =
  | { case: "content"; value: T }
  | { case: "failure"; value: SectionFailure }
  | { case: undefined; value?: undefined };

/** The content of a section, or a word on why it is missing, in its place. */
export function Part<T>(props: {
  result: Result<T> | undefined;
  /** What is missing: "The syllabus". */
  what: string;
  busy: boolean;
  onRetry(): void;
  children(content: T): ReactNode;
}) {
  const { result } = props;
  if (result?.case === "content") {
    return props.children(result.value);
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p className="flex min-w-0 grow basis-60 items-center gap-2.5 text-soft">
        <Icon name="warning" size={20} />
        <span>
          <b className="text-ink">{props.what} did not load.</b> {sayFailure(result?.value?.reason ?? "")}
        </span>
      </p>
      <Button
        aria-label={`Try again: ${props.what}`}
        busy={props.busy}
        look="outline"
        onClick={props.onRetry}
        size="small"
      >
        Try again
      </Button>
    </div>
  );
}

/** A named section of the page, which the links on top lead to. */
export function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  const labelId = useId();
  return (
    <section
      aria-labelledby={labelId}
      className="panel scroll-mt-9 p-4 outline-none sm:p-5 lg:scroll-mt-0"
      id={id}
      tabIndex={-1}
    >
      <h2 className="mb-3 text-lg" id={labelId}>
        {title}
      </h2>
      {children}
    </section>
  );
}
