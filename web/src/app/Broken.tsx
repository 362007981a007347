import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";

/** Stands in for a page that failed, so that the rest goes on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <div role="alert">
      <Notice
        action={
          <span className="flex flex-wrap justify-center gap-3">
            <Button onClick={reset}>Try again</Button>
            <Button look="outline" onClick={() => location.reload()}>
              Reload the page
            </Button>
          </span>
        }
        title="This page broke"
        word="oops"
      >
        It is our fault, not yours.
        {error instanceof Error && <span className="block text-sm">({error.message})</span>}
      </Notice>
    </div>
  );
}
