import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a run of Schemathesis found: https://schemathesis.readthedocs.io */
interface SchemathesisReport {
  complete: boolean;
  operations: { selected: number; tested: number; errored: number };
  phases: Record<"examples" | "coverage" | "fuzzing" | "stateful", { status: string }>;
  test_cases: { generated: number; unique_failures: number; errored: number };
}

/** How to run it. */
export interface RunOptions {
  /** The Python of its environment. */
  python: string;
  /** Of the server. */
  url: string;
  /** Most cases of an operation in one phase. */
  examplesMax: number;
  timeoutMs: number;
}

const hooks = fileURLToPath(new URL(".", import.meta.url));

/** Runs every phase with every check on what the document of a server says, and reads what it printed and found. */
export async function runSchemathesis(options: RunOptions) {
  const { python, url, examplesMax, timeoutMs } = options;
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-schemathesis-"));
  const reportPath = join(folder.path, "report.json");
  const args = [
    ...["-m", "schemathesis.cli", "run", `${url}/openapi.json`],
    // What never ends has tests of its own.
    ...["--exclude-path-regex", "/events$"],
    ...["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"],
    ...["--max-examples", String(examplesMax), "--continue-on-failure", "--no-shrink"],
    // How fast it makes its cases is not what is tested.
    ...["--suppress-health-check", "all", "--generation-database", "none", "--seed", "7"],
    ...["--report", "json", "--report-json-path", reportPath, "--no-color"],
  ];
  const env = {
    ...process.env,
    PYTHONPATH: hooks,
    SCHEMATHESIS_HOOKS: "hooks",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const printed = await new Promise<string>((resolve) => {
    const run = { cwd: folder.path, env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
    // What it exits with is in the report.
    execFile(python, args, run, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  // Its file is there from the beginning.
  const text = await readFile(reportPath, "utf8").catch(() => "");
  if (text === "") {
    const seconds = timeoutMs / 1000;
    throw new Error(`Schemathesis has no report after ${seconds} s: ${printed.slice(-2_000)}`);
  }
  return { report: JSON.parse(text) as SchemathesisReport, printed };
}
