import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begins with the contract on MongoDB, which takes longest, so that it is not what the run waits for at its end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      moduleId.endsWith("/db/tests/mongo.test.ts");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** What of the page and the hooks is tried in each whole run; `npm run test:browser` tries the rest. */
export const briefBrowserTests = ["chat", "serving"].map((name) => `tests/page/${name}.test.ts`);

// One run, one set of databases, one report for the whole repository.
export default defineConfig({
  test: {
    include: [
      "packages/*/{src,tests}/**/*.test.ts",
      "apps/*/{src,tests}/**/*.test.ts",
      "tests/!(page|react)/**/*.test.ts",
      ...briefBrowserTests,
      "bench/**/*.test.ts",
    ],
    // Long suites have scripts of their own.
    exclude: ["**/{node_modules,dist}/**", "tests/{faults,attacks,consumers}/**"],
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    globalSetup: "tests/support/global-setup.ts",
    setupFiles: "tests/support/fixed-seed.ts",
    // One in twenty. `npm run test:schedules` tries them all.
    provide: { scheduleShare: 0.05 },
    // Processes, since tests open native databases; two, since most of a test is waiting for a server beside it.
    pool: "forks",
    // A busy machine may take its time: what is waited for is mostly there at once.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    typecheck: {
      enabled: true,
      include: [
        "packages/*/{src,tests}/**/*.test-d.ts",
        "apps/*/{src,tests}/**/*.test-d.ts",
        "tests/**/*.test-d.ts",
      ],
      tsconfig: "tests/tsconfig.json",
      spawnTimeout: 30_000,
    },
    reporters: [
      "default",
      ["json", { outputFile: "node_modules/.cache/chatnest/test-report.json" }],
    ],
  },
});
