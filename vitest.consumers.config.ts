import { defineConfig } from "vitest/config";

// The packed client in projects outside the workspace, installed by npm; compilers, Nodes and tools come from its registry.
export default defineConfig({
  test: {
    include: ["tests/consumers/**/*.test.ts"],
    passWithNoTests: false,
    globalSetup: "tests/consumers/global-setup.ts",
    pool: "forks",
    // Most of it is other programs at work.
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/consumers-report.json" }],
    ],
  },
});
