import { defineConfig } from "vitest/config";
import { alias } from "./build/alias.ts";
import { leanRules } from "./build/leanRules.ts";

/** The tests in a real browser, against the server at THRONG_URL. */
export default defineConfig({
  plugins: [leanRules()],
  resolve: { alias },
  test: {
    include: ["e2e/**/*.e2e.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    sequence: { concurrent: false },
  },
});
