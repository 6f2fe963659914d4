import { execFile } from "node:child_process";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));

test("an unknown row is answered with all rows", async () => {
  const { code, stdout, stderr } = await runBench(["nonsense"]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("no row nonsense");
  for (const name of ["send-bare", "page-back", "inbox-wide", "stall", "large-import", "sdk"]) {
    expect(stderr).toContain(`\n  ${name} `);
  }
  expect(stderr).not.toContain("    at ");
});

test("only a whole run is written", async () => {
  const { code, stderr } = await runBench(["message", "--write"]);
  expect([code, stderr.includes("whole run")]).toEqual([2, true]);
});

test("a row without its tools says what is missing, and is no success", async () => {
  await using empty = await mkdtempDisposable(join(tmpdir(), "chatnest-bench-test-"));
  const env = { PATH: empty.path, HOME: empty.path };
  const { code, stdout, stderr } = await runBench(["send-bare", "stall", "send"], env);
  expect(code).toBe(1);
  expect(stdout).toMatch(/send-bare .*not run: wrk .* is missing/);
  expect(stdout).toMatch(/stall .*not run: cc .* is missing/);
  expect(stdout).toMatch(/send .*not run: Python .* is missing/);
  expect(stdout).not.toContain("pass");
  expect(stderr).not.toContain("    at ");
}, 60_000);

function runBench(args: string[], env: NodeJS.ProcessEnv = process.env) {
  const { promise, resolve } = Promise.withResolvers<{
    code: unknown;
    stdout: string;
    stderr: string;
  }>();
  execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, stdout, stderr });
  });
  return promise;
}
