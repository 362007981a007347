import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const generated = fileURLToPath(new URL("../../gen/ts/", import.meta.url));

// Whoever installs the SDK gets the contracts with it, without those that
// only Throng's own services speak.
const contracts = readdirSync(generated, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("_pb.ts") && !/_(internal|task)_pb\.ts$|\/event\//.test(file))
  .map((file) => [file.replace(/\.ts$/, ""), generated + file]);

export default defineConfig({
  resolve: {
    // The package exports this module under its full file name only.
    alias: [{ find: /^(@bufbuild\/protovalidate\/gen\/.*_pb)$/, replacement: "$1.js" }],
  },
  build: {
    lib: {
      entry: { index: "src/index.ts", ...Object.fromEntries(contracts) },
      formats: ["es"],
    },
    minify: false,
    rolldownOptions: {
      // Whatever is not ours, once the alias above has done its work.
      external: /^@(bufbuild|connectrpc)\/(?!.*_pb$)/,
      output: { entryFileNames: "[name].js", chunkFileNames: "shared/[name].js" },
    },
  },
  test: { environment: "node" },
});
