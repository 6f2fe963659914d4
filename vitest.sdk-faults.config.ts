import { defineConfig } from "vitest/config";

// The SDK alone on a bad network, for two minutes and what it needs to settle.
export default defineConfig({
  test: {
    include: ["tests/faults/sdk.test.ts"],
    passWithNoTests: false,
    pool: "forks",
    hookTimeout: 60_000,
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/sdk-faults-report.json" }],
    ],
  },
});
