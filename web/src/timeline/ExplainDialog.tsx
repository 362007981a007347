import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import {
  ExplainPostResponse_Cause as Cause,
  type ExplainPostResponse,
  TimelineService,
} from "@throng/gen/throng/timeline/v1/timeline_pb";
import { useEffect, useId, useRef } from "react";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Loading } from "../ui/Spinner";
import { type MaybeUser, nameOf } from "../user/name";
import { sayCause, steps } from "./explanation";

const onItsWayMs = 2_000;

/** Tells why a post is in the reader's home timeline or not, and how it came there. */
export function ExplainDialog(props: { postId: string; author: MaybeUser; onClose(): void }) {
  const query = useQuery(
    TimelineService.method.explainPost,
    { postId: props.postId },
    {
      // The answer changes with every follow, so it is never an old one.
      staleTime: 0,
      gcTime: 0,
      refetchInterval: ({ state }) => state.data?.cause === Cause.ON_ITS_WAY && onItsWayMs,
    },
  );
  const gone = query.error?.code === Code.NotFound;
  // Asking again keeps what went wrong, and the button with the focus, on the page.
  const failed = query.errorUpdateCount > 0 && !query.data && !gone;
  return (
    <Dialog onClose={props.onClose} title="Why is this here?">
      <div aria-busy={query.isFetching} aria-live="polite">
        {query.isPending && !failed && <Loading label="Looking it up…" />}
        {gone && <p>There is no such post, or it was deleted long ago.</p>}
        {failed && (
          <Failed busy={query.isFetching} error={query.error} onAgain={() => void query.refetch()} />
        )}
        {query.data && (
          <Answer
            answer={query.data}
            author={props.author === undefined ? "the author" : nameOf(props.author)}
          />
        )}
      </div>
    </Dialog>
  );
}

function Failed(props: { error: unknown; busy: boolean; onAgain(): void }) {
  const told = useRef("");
  told.current = props.error ? sayFault(props.error) : told.current;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 py-2">
      <p>{told.current}</p>
      <Button busy={props.busy} look="outline" onClick={props.onAgain} size="small">
        Try again
      </Button>
    </div>
  );
}

function Answer({ answer, author }: { answer: ExplainPostResponse; author: string }) {
  const id = useId();
  const cause = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The button that asked again went with its error.
    if (!document.activeElement?.closest("dialog")) {
      cause.current?.focus();
    }
  }, []);
  const rows = steps(answer, author);
  return (
    <>
      <p className="outline-none" ref={cause} tabIndex={-1}>
        {sayCause(answer, author)}
      </p>
      {rows.length > 0 && (
        <section aria-labelledby={id} className="mt-5 border-t border-line pt-4 text-sm">
          <h3 className="mb-2" id={id}>
            How it came
          </h3>
          <dl className="flex flex-col gap-2">
            {rows.map(({ what, how }) => (
              <div className="gap-3 sm:flex" key={what}>
                <dt className="shrink-0 text-soft sm:w-36">{what}</dt>
                <dd className="min-w-0">{how}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}
