import { hash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "@chatnest/tests/support/command.ts";
import { cacheFolder } from "../cache-folder.ts";
import { MissingError } from "../missing.ts";

const source = fileURLToPath(new URL("./slow-sync.c", import.meta.url));

/** How the disk behaves. */
export interface SlowSync {
  /** How much longer a sync takes, in microseconds. */
  us: number;
  /** Whether a sync does nothing else. @default false */
  skips?: boolean;
}

/** Makes the environment that changes how long the disk takes to sync. */
export function slowSyncEnv(
  library: string,
  { us, skips = false }: SlowSync,
): Record<string, string> {
  return { LD_PRELOAD: library, SLOW_SYNC_US: String(us), SLOW_SYNC_SKIP: skips ? "1" : "0" };
}

/**
 * Compiles the shim; returns its library.
 * @throws MissingError
 */
export async function compileSlowSync(): Promise<string> {
  if (process.platform !== "linux") throw new MissingError("LD_PRELOAD is missing: not Linux");
  await mkdir(cacheFolder, { recursive: true });
  const version = hash("sha256", await readFile(source)).slice(0, 12);
  const library = join(cacheFolder, `slow-sync-${version}.so`);
  const args = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"];
  await runCommand("cc", args, { timeoutMs: 30_000 }).catch((cause: Error) => {
    throw new MissingError(`cc (a C compiler) is missing or fails: ${cause.message}`, { cause });
  });
  return library;
}
