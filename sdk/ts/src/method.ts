import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { access, Level } from "../../../gen/ts/throng/access/v1/access_pb";

/** The contract marks the method as a read. */
export function isSideEffectFree(method: DescMethod): boolean {
  return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

/** The contract lets anybody call the method. */
export function isPublic(method: DescMethod): boolean {
  return getOption(method, access).level === Level.PUBLIC;
}

/** Calling twice does no more than calling once. */
export function isRepeatable(method: DescMethod, message: object): boolean {
  if (method.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN) {
    return true;
  }
  return "idempotencyKey" in message && Boolean(message.idempotencyKey);
}
