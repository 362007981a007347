import type { ReactNode } from "react";
import { sayFault } from "../app/faults";
import { Button } from "./Button";
import { DotWord } from "./Mark";

/** A page or list that has nothing to show, and what to do about it. */
export function Notice(props: { word: string; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="panel flex flex-col items-center px-6 py-12 text-center">
      <DotWord className="mb-6 h-16 text-brand" word={props.word} />
      <h2 className="text-lg">{props.title}</h2>
      {props.children && <p className="mt-2 max-w-sm text-soft">{props.children}</p>}
      {props.action && <div className="mt-6">{props.action}</div>}
    </div>
  );
}

/** A list or page that could not be fetched. */
export function Faulted(props: { error: unknown; retry(): unknown }) {
  return (
    <div role="alert">
      <Notice
        action={
          <Button look="outline" onClick={() => void props.retry()}>
            Try again
          </Button>
        }
        title="This did not load"
        word="oh"
      >
        {sayFault(props.error)}
      </Notice>
    </div>
  );
}

/** The shapes of posts to come. */
export function PostShapes() {
  return (
    <div aria-label="Loading posts" className="flex flex-col gap-2.5" role="status">
      {[0, 1, 2].map((n) => (
        <div className="panel flex animate-breathe gap-3 p-5" key={n}>
          <div className="size-11 rounded-[34%] bg-line" />
          <div className="flex-1 space-y-3 pt-1">
            <div className="h-3.5 w-2/5 rounded-full bg-line" />
            <div className="h-3.5 w-full rounded-full bg-line" />
            <div className="h-3.5 w-3/4 rounded-full bg-line" />
          </div>
        </div>
      ))}
    </div>
  );
}
