import { defineConfig } from "vitest/config";

// All random schedules, of which `npm test` tries some.
export default defineConfig({
  test: {
    include: ["{packages/*/{src,tests},apps/*/src,tests}/**/*schedules*.test.ts"],
    provide: { scheduleShare: 1 },
    passWithNoTests: false,
    globalSetup: "tests/support/global-setup.ts",
    setupFiles: "tests/support/fixed-seed.ts",
    pool: "forks",
    maxWorkers: 2,
    // Only a hanging schedule takes as long.
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/schedules-report.json" }],
    ],
  },
});
