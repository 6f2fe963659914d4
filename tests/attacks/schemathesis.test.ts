import { beforeAll, describe, expect, it } from "vitest";
import { installSchemathesis } from "./schemathesis/install.ts";
import { runSchemathesis } from "./schemathesis/run.ts";
import { startTarget, storeNames } from "./target.ts";
import { tell } from "./tell.ts";

const casesMin = 5_000;
// Far more than it takes, except beside much other work.
const timeoutMs = 340_000;

let python = "";
beforeAll(async () => {
  python = await installSchemathesis();
}, 300_000);

describe("Schemathesis", () => {
  it.concurrent.each(storeNames)(
    "finds nothing on %s that is not as documented",
    async (store) => {
      await using target = await startTarget({ store });
      const options = { python, url: target.url, examplesMax: 280, timeoutMs };
      const { report, printed } = await runSchemathesis(options);
      const { generated, unique_failures, errored } = report.test_cases;
      tell("Schemathesis", store, `${generated} cases`, `${unique_failures} failures`);
      expect(unique_failures + errored + report.operations.errored, printed).toBe(0);
      expect(report.complete, printed).toBe(true);
      expect(report.operations.tested).toBe(report.operations.selected);
      expect(report.operations.selected).toBeGreaterThanOrEqual(19);
      expect(Object.values(report.phases).map(({ status }) => status)).toEqual(
        Array(4).fill("success"),
      );
      expect(generated).toBeGreaterThanOrEqual(casesMin);
      expect(target.isRunning()).toBe(true);
      expect(target.output()).not.toMatch(/"level":"(?:error|fatal)"/);
    },
    timeoutMs + 30_000,
  );
});
