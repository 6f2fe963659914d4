import { configDefaults, defineConfig } from "vitest/config";

// Mostly waiting, with limits of time that are far or that nothing else can use up.
const besideOthers = [
  "crash-points",
  "disk",
  "half-open",
  "slow-members",
  "live",
  "live-mongo",
  "majority-read",
  "slow-election",
  "inbox",
].map((name) => `tests/faults/${name}.test.ts`);

// Real servers and databases that are killed, stopped and cut off while others write. Where a short stall is measured, one
// file after the other has both cores to itself.
export default defineConfig({
  test: {
    passWithNoTests: false,
    pool: "forks",
    // A busy machine may take its time: what is waited for is mostly there at once.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: "beside others",
          include: besideOthers,
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ["tests/faults/**/*.test.ts"],
          // Those of the SDK have a script of their own.
          exclude: [...configDefaults.exclude, ...besideOthers, "tests/faults/sdk.test.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/faults-report.json" }],
    ],
  },
});
