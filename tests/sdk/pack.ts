import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../support/command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = fileURLToPath(new URL("../consumers/programs", import.meta.url));

/** A project outside the workspace that has the packed client installed, and nothing else. */
export interface OutsideProject extends AsyncDisposable {
  directory: string;
  /** Where the client is installed. */
  client: string;
}

/** Packs the client as it is built and installs it beside a consumer's programs, outside the workspace. */
export async function packOutside(): Promise<OutsideProject> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "chatnest-outside-")));
  const scope = join(directory, "node_modules", "@chatnest");
  const client = join(scope, "client");
  await mkdir(client, { recursive: true });
  const tarball = await packClient(directory);
  // What a registry hands out has all its files in a folder of any name.
  await runCommand("tar", ["-xzf", tarball, "-C", client, "--strip-components=1"], {
    timeoutMs: 10_000,
  });
  await cp(programs, directory, { recursive: true });
  return {
    directory,
    client,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Packs the client as it is built into a folder, and says where it is. */
export function packClient(destination: string): Promise<string> {
  return packPackage("packages/client", destination);
}

/** Packs a package as it is built into an empty folder, and says where it is. */
export async function packPackage(folder: string, destination: string): Promise<string> {
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const packed = ["-C", join(root, folder), "pack", "--pack-destination", destination];
  await runCommand("npx", ["--yes", packageManager, ...packed], { timeoutMs: 60_000 });
  const tarball = (await readdir(destination)).find((name) => name.endsWith(".tgz"));
  if (!tarball) throw new Error(`${folder} was not packed`);
  return join(destination, tarball);
}
