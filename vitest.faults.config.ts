import { defineConfig } from "vitest/config";

// Real servers and databases that are killed, stopped and cut off while others write: one file after the other, since
// each has both cores to itself, and a stall is measured.
export default defineConfig({
  test: {
    include: ["tests/faults/**/*.test.ts"],
    passWithNoTests: false,
    pool: "forks",
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/faults-report.json" }],
    ],
  },
});
