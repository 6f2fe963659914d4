import { cp, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { npmInstall } from "./npm-install.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A project outside the workspace, with a packed package installed. */
export interface Project extends AsyncDisposable {
  directory: string;
}

/**
 * Makes a project of a folder of the repository, with what its `package.json` asks for; our packages are the packed ones, and
 * `versions` may name others than the newest that will do.
 */
export async function newProject(
  folder: string,
  versions: Record<string, string> = {},
): Promise<Project> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "chatnest-consumer-")));
  await cp(join(root, folder), directory, { recursive: true });
  const path = join(directory, "package.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const packed = {
    "@chatnest/client": `file:${inject("clientTarball")}`,
    "@chatnest/react": `file:${inject("reactTarball")}`,
    chatnest: `file:${inject("serverTarball")}`,
  };
  const ours = Object.entries(packed).filter(([name]) => name in manifest.dependencies);
  Object.assign(manifest.dependencies, versions, Object.fromEntries(ours));
  await writeFile(path, JSON.stringify(manifest));
  await npmInstall(directory);
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
