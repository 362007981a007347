import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { alias } from "./build/alias.ts";
import { firstLoad } from "./build/firstLoad.ts";
import { leanRules } from "./build/leanRules.ts";

const api = process.env.THRONG_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [leanRules(), react(), tailwindcss(), firstLoad(175)],
  resolve: { alias },
  server: {
    // Calls, pictures and keys come from the Go server, all else from Vite.
    proxy: { "^/(throng\\.|media/|\\.well-known/)": api },
  },
  build: {
    assetsInlineLimit: 0,
    // What every visit loads is one file: it comes sooner and packs better than the
    // pieces into which the pages that come later would cut it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
  test: {
    environment: "happy-dom",
    // The first visit of a file compiles the pages that it opens.
    testTimeout: 20_000,
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
