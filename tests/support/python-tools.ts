import { hash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./command.ts";

const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "chatnest");

/**
 * Installs from PyPI what a file of requirements names, into a virtual environment outside the tree, unless an earlier run has.
 * Returns the folder of its programs; `python` is one of them.
 * @throws Error that says what is missing.
 */
export async function installPythonTools(name: string, requirements: string): Promise<string> {
  const version = hash("sha256", await readFile(requirements)).slice(0, 12);
  const environment = join(cacheDir, `${name}-${version}`);
  if (!(await exists(environment))) await install(environment, requirements);
  return join(environment, "bin");
}

async function install(environment: string, requirements: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(`${environment}-`);
  try {
    await runCommand("python3", ["-m", "venv", scratch], { timeoutMs: 60_000 });
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    const args = ["-m", "pip", "install", ...options, "-r", requirements];
    await runCommand(join(scratch, "bin", "python"), args, { timeoutMs: 180_000 });
    // Whole or not at all. Python finds its packages from where it is; scripts would name the folder of before.
    await rename(scratch, environment);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    // Two runs may install at once.
    if (await exists(environment)) return;
    const text = `the tools in ${requirements} need python3 with venv, and PyPI: ${String(error)}`;
    throw new Error(text, { cause: error });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
