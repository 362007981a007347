import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { createValidator, violationToProto } from "@bufbuild/protovalidate";
import type { Violation } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

const validator = createValidator();

/** The rules of the contract that a message breaks. */
export function violations<D extends DescMessage>(schema: D, message: MessageShape<D>): Violation[] {
  const result = validator.validate(schema, message);
  return result.kind === "invalid" ? result.violations.map((each) => violationToProto(each)[0]) : [];
}
