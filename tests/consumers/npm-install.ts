import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const timeoutMs = 180_000;

/** Installs with npm what the `package.json` of a folder asks for. */
export async function npmInstall(directory: string): Promise<void> {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  // By its prefix too: npm scripts tell npm in the environment that it is at home in their own folder.
  await execute("npm", [...args, "--prefix", directory], { cwd: directory, timeout: timeoutMs });
}
