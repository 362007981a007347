import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate as rules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Plugin } from "vite";

// Enough to read what a server objects to.
const kept = ["Violations", "Violation", "FieldPath", "FieldPathElement"];
const virtual = "\0lean-rules";

/**
 * Leaves the vocabulary of input rules out of the first load. Contracts refer to
 * it in the options of their fields, which the app reads nowhere; the validator,
 * which does, comes later and brings the whole of it along.
 */
export function leanRules(): Plugin {
  return {
    name: "lean-rules",
    enforce: "pre",
    resolveId: (id) =>
      /^@bufbuild\/protovalidate\/gen\/buf\/validate\/validate_pb(\.js)?$/.test(id) ? virtual : undefined,
    load: (id) => (id === virtual ? moduleOf(kept) : undefined),
  };
}

/** A generated module as protoc-gen-es would write it, with these messages only. */
function moduleOf(messages: string[]): string {
  const { name, package: pkg, syntax } = rules.proto;
  const file = create(FileDescriptorProtoSchema, {
    name,
    package: pkg,
    syntax,
    dependency: ["google/protobuf/descriptor.proto"],
    messageType: rules.proto.messageType.filter((message) => messages.includes(message.name)),
  });
  const schemas = file.messageType.map(
    (message, index) => `export const ${message.name}Schema = /*@__PURE__*/ messageDesc(file, ${index});`,
  );
  const bytes = Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString("base64");
  return `
    import { fileDesc, messageDesc } from "@bufbuild/protobuf/codegenv2";
    import { file_google_protobuf_descriptor } from "@bufbuild/protobuf/wkt";
    const file = /*@__PURE__*/ fileDesc("${bytes}", [file_google_protobuf_descriptor]);
    export { file as file_buf_validate_validate };
    ${schemas.join("\n")}
  `;
}
