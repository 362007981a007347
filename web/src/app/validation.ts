import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { fieldViolation } from "@throng/sdk";
import { byField } from "./faults";

// The rules' interpreter is as large as half the app: it comes when a form is
// entered, and a form that is sent sooner is checked by the server alone.
let checker: Checker | undefined;
type Checker = typeof import("./protovalidate");

/** Loads the rules; it never fails, as the server checks in any case. */
export function prepareValidation(): Promise<void> {
  return import("./protovalidate").then(
    (loaded) => {
      checker = loaded;
    },
    () => undefined,
  );
}

/** Broken input rules of a message by field; none when the rules are not loaded yet. */
export function check<D extends DescMessage>(
  schema: D,
  message: MessageInitShape<D>,
): Record<string, string> {
  return byField(checker?.violations(schema, create(schema, message)).map(fieldViolation) ?? []);
}
