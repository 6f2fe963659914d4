import { defineConfig } from "vitest/config";
import { briefBrowserTests } from "./vitest.config.ts";

// The page and the hooks for React in Chromium; a few of them are in `npm test` as well, and not repeated.
export default defineConfig({
  test: {
    include: ["tests/{page,react}/**/*.test.ts"],
    exclude: briefBrowserTests,
    passWithNoTests: false,
    pool: "forks",
    // Each has a browser and a server beside it.
    maxWorkers: 2,
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/browser-report.json" }],
    ],
  },
});
