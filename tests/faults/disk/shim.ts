import { fileURLToPath } from "node:url";
import { runCommand } from "../../support/command.ts";

const source = fileURLToPath(new URL("./disk.c", import.meta.url));

/** How the disk of a process behaves. */
export interface Disk {
  /** Only files below this folder are meant. */
  folder: string;
  /** How long a sync takes at least, in ms. */
  syncMs?: number;
  /** After so many syncs each further one fails. */
  failAfter?: number;
  /** The file that gets the records. */
  record?: string;
}

/** Compiles the shim into a folder, and returns its library. It takes a C compiler and Linux. */
export async function compileShim(folder: string): Promise<string> {
  const library = `${folder}/disk.so`;
  const args = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"];
  await runCommand("cc", args, { timeoutMs: 30_000 }).catch((cause: Error) => {
    throw new Error(`these tests need a C compiler (cc): ${cause.message}`, { cause });
  });
  return library;
}

/** Makes the environment that gives a process such a disk. */
export function diskEnv(library: string, disk: Disk): Record<string, string> {
  const { folder, syncMs = 0, failAfter, record } = disk;
  return {
    LD_PRELOAD: library,
    DISK_FOLDER: folder,
    DISK_SYNC_MS: String(syncMs),
    ...(failAfter !== undefined && { DISK_FAIL_AFTER: String(failAfter) }),
    ...(record !== undefined && { DISK_RECORD: record }),
  };
}
