import type { FieldPath, Violation } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Code, ConnectError } from "@connectrpc/connect";
import { DetailSchema } from "../../../gen/ts/throng/fault/v1/fault_pb";

/** Fault is what a program can act on in an error. */
export interface Fault {
  code: Code;
  /** Stable cause such as `handle_taken`; empty where the server gave none. */
  reason: string;
  /** For people. */
  message: string;
  /** How long to wait before the same call may succeed. */
  retryAfterMs?: number;
}

/** FieldViolation is one broken input rule. */
export interface FieldViolation {
  /** Path in names of the contract, `media_ids[1]`; empty for the whole message. */
  field: string;
  /** The rule, for example `string.min_len`. */
  ruleId: string;
  /** For people. */
  message: string;
}

/** Reads any thrown value as a fault. */
export function faultOf(thrown: unknown): Fault {
  const err = ConnectError.from(thrown);
  const detail = err.findDetails(DetailSchema)[0];
  const wait = detail?.retryAfter;
  return {
    code: err.code,
    reason: detail?.reason ?? "",
    message: err.rawMessage,
    ...(wait && { retryAfterMs: Number(wait.seconds) * 1000 + wait.nanos / 1e6 }),
  };
}

/** Lists the input rules that an `invalid_argument` error names. */
export function fieldViolations(thrown: unknown): FieldViolation[] {
  return ConnectError.from(thrown)
    .findDetails(ViolationsSchema)
    .flatMap((detail) => detail.violations.map(fieldViolation));
}

/** Reads one violation as protovalidate reports it, from a server or in place. */
export function fieldViolation(violation: Violation): FieldViolation {
  return {
    field: path(violation.field),
    ruleId: violation.ruleId,
    message: violation.message,
  };
}

function path(field: FieldPath | undefined): string {
  let text = "";
  for (const element of field?.elements ?? []) {
    text += text ? `.${element.fieldName}` : element.fieldName;
    if (element.subscript.case !== undefined) {
      text += `[${element.subscript.value}]`;
    }
  }
  return text;
}
