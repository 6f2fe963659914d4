import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../support/command.ts";

const requirements = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "chatnest");

/**
 * Installs Schemathesis from PyPI into a virtual environment outside the tree, unless an earlier run has; answers with the
 * environment's Python.
 * @throws Error that says what is missing.
 */
export async function installSchemathesis(): Promise<string> {
  const [, version] = /^schemathesis==(.+)$/m.exec(await readFile(requirements, "utf8")) ?? [];
  const environment = join(cacheDir, `schemathesis-${version}`);
  const python = join(environment, "bin", "python");
  if (!(await exists(python))) await install(environment);
  return python;
}

async function install(environment: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(`${environment}-`);
  try {
    await runCommand("python3", ["-m", "venv", scratch], { timeoutMs: 60_000 });
    const python = join(scratch, "bin", "python");
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    const args = ["-m", "pip", "install", ...options, "-r", requirements];
    await runCommand(python, args, { timeoutMs: 180_000 });
    // Whole or not at all: its Python finds its packages from where it is.
    await rename(scratch, environment);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Error(`Schemathesis needs python3 with venv, and PyPI: ${String(error)}`, {
      cause: error,
    });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
