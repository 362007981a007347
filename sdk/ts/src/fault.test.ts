import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { DetailSchema } from "../../../gen/ts/throng/fault/v1/fault_pb";
import { UserService } from "../../../gen/ts/throng/user/v1/user_pb";
import { throngOf } from "./fakes";
import { faultOf, fieldViolations } from "./fault";

test("a fault has the stable reason and the wait", () => {
  const detail = create(DetailSchema, { reason: "sign_in_rate", retryAfter: durationFromMs(1500) });
  const err = new ConnectError("too many tries", Code.ResourceExhausted, undefined, [
    { desc: DetailSchema, value: detail },
  ]);
  expect(faultOf(err)).toEqual({
    code: Code.ResourceExhausted,
    reason: "sign_in_rate",
    message: "too many tries",
    retryAfterMs: 1500,
  });
});

test("an error of any other make is a fault without a reason", () => {
  expect(faultOf(new Error("boom"))).toEqual({ code: Code.Unknown, reason: "", message: "boom" });
});

test("field violations come with paths in the contract's names, over the wire too", async () => {
  const violations = create(ViolationsSchema, {
    violations: [
      {
        field: {
          elements: [{ fieldName: "media_ids", subscript: { case: "index", value: 1n } }],
        },
        ruleId: "string.uuid",
        message: "must be a valid UUID",
      },
      {
        field: { elements: [{ fieldName: "user" }, { fieldName: "handle" }] },
        ruleId: "string.pattern",
        message: "does not match",
      },
      { ruleId: "post.not_empty", message: "a post needs text or a picture" },
    ],
  });
  const { transport } = throngOf(({ service }) => {
    service(UserService, {
      register() {
        throw new ConnectError("invalid", Code.InvalidArgument, undefined, [
          { desc: ViolationsSchema, value: violations },
        ]);
      },
    });
  });
  const err = await createClient(UserService, transport)
    .register({})
    .catch((e) => e);
  expect(fieldViolations(err)).toEqual([
    { field: "media_ids[1]", ruleId: "string.uuid", message: "must be a valid UUID" },
    { field: "user.handle", ruleId: "string.pattern", message: "does not match" },
    { field: "", ruleId: "post.not_empty", message: "a post needs text or a picture" },
  ]);
});
