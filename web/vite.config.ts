import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { alias } from "./build/alias";
import { firstLoad } from "./build/firstLoad";
import { leanRules } from "./build/leanRules";

const api = process.env.THRONG_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [leanRules(), react(), tailwindcss(), firstLoad(175)],
  resolve: { alias },
  server: {
    // Calls, pictures and keys come from the Go server, all else from Vite.
    proxy: { "^/(throng\\.|media/|\\.well-known/)": api },
  },
  build: { assetsInlineLimit: 0 },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
