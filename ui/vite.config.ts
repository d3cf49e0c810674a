import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` talks to: `runwright up --port 8000` beside it.
const server = process.env.RUNWRIGHT_SERVER ?? "http://127.0.0.1:8000";
const router = fileURLToPath(new URL("node_modules/react-router/dist/development", import.meta.url));

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../interfaces/http/static",
    emptyOutDir: true,
    target: "es2022",
    // What arrives first is kept small: graph, editor and screens come by route (see app.tsx), the editor being the
    // largest of them.
    chunkSizeWarningLimit: 600,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": server, "/healthz": server, "/readyz": server } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    globals: false,
    maxWorkers: "100%", // by default one core is kept free, which is half of a small machine
    restoreMocks: true,
    testTimeout: 60_000, // most take milliseconds; a loaded machine shall not make one red
    // In Node `react-router` and `react-router/dom` would be two copies that do not know each other:
    // both are taken as modules, as the page's build takes them.
    alias: [
      { find: /^react-router$/, replacement: `${router}/index.mjs` },
      { find: /^react-router\/dom$/, replacement: `${router}/dom-export.mjs` },
    ],
    server: { deps: { inline: ["react-router"] } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      exclude: [
        "src/api/schema.ts", // generated, types only
        "src/**/*.test.{ts,tsx}",
        "src/test/**",
        "src/main.tsx", // mounts the page; what it mounts is measured, and the browser's tests start it
      ],
      reporter: ["text-summary", "text"],
      thresholds: { statements: 90, lines: 90 },
    },
  },
});
