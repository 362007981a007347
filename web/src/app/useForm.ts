import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { faultOf } from "@throng/sdk";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { sayFault, sayViolations } from "./faults";
import { check, prepareValidation } from "./validation";

interface Problems {
  fields: Record<string, string>;
  form: string;
}

const none: Problems = { fields: {}, form: "" };

/**
 * Ties a form to the message that it sends: what breaks the contract's rules is
 * told at its field, by the browser where the rules are loaded and by the server
 * in any case; all else above the button. The first field at fault is focused.
 */
export function useForm<D extends DescMessage>(
  schema: D,
  send: (message: MessageInitShape<D>) => Promise<unknown>,
  /** Fields to which reasons belong: `handle_taken` to `handle`. */
  reasons: Record<string, string> = {},
) {
  const [problems, setProblems] = useState(none);
  const [busy, setBusy] = useState(false);
  const ref = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (problems !== none) {
      ref.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }, [problems]);

  async function submit(message: MessageInitShape<D>, missing: Record<string, string>) {
    if (Object.keys(missing).length > 0) {
      // Nothing goes to the server, so what breaks the rules is told here or not at all.
      await prepareValidation();
    }
    const broken = { ...check(schema, message), ...missing };
    if (Object.keys(broken).length > 0) {
      setProblems({ fields: broken, form: told(broken) ? "" : (broken[""] ?? "") });
      return;
    }
    setBusy(true);
    try {
      await send(message);
      setProblems(none);
    } catch (err) {
      setProblems(problemsOf(err, reasons));
    } finally {
      setBusy(false);
    }
  }

  return {
    busy,
    errors: problems.fields,
    problem: problems.form,
    /**
     * Properties of the form element; `read` makes the message of what is filled in.
     * What is `missing` by field is told too: questions to which the contract takes
     * no answer for an answer.
     */
    form: (read: () => MessageInitShape<D>, missing: Record<string, string> = {}) => ({
      ref,
      noValidate: true,
      onFocus: prepareValidation,
      onSubmit: (event: FormEvent) => {
        event.preventDefault();
        if (!busy) {
          void submit(read(), missing);
        }
      },
    }),
  };
}

function problemsOf(err: unknown, reasons: Record<string, string>): Problems {
  const fields = sayViolations(err);
  const field = reasons[faultOf(err).reason];
  if (field) {
    fields[field] = sayFault(err);
  }
  return { fields, form: told(fields) ? "" : (fields[""] ?? sayFault(err)) };
}

/** Something is told at a field; what is wrong with the whole may follow from it, and is told after it. */
function told(fields: Record<string, string>): boolean {
  return Object.keys(fields).some(Boolean);
}
