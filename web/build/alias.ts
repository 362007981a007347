import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where sources of this repository are found that are not packages of their own. */
export const alias = [
  { find: /^@throng\/gen\/(.*)$/, replacement: `${at("../../gen/ts/")}$1` },
  { find: /^@throng\/sdk$/, replacement: at("../../sdk/ts/src/index.ts") },
];
