import { configDefaults, defineConfig } from "vitest/config";

// Where CPU and latency of a server are measured: nothing else runs beside these.
const measured = ["bombs", "batches", "long-pages", "slow-clients"].map(
  (name) => `tests/attacks/${name}.test.ts`,
);

// Hostile input against real servers on real ports. It has to be through within six minutes.
export default defineConfig({
  test: {
    passWithNoTests: false,
    globalSetup: "tests/support/global-setup.ts",
    pool: "forks",
    // A busy machine may take its time: what is waited for is mostly there at once.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "beside others",
          include: ["tests/attacks/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...measured],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: measured,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/attacks-report.json" }],
    ],
  },
});
