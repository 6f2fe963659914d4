import { dirname, join } from "node:path";
import type { Settings } from "../env.ts";

/** The longest path that a socket can have on Linux and macOS, in bytes. https://man7.org/linux/man-pages/man7/unix.7.html */
const pathBytesMax = 103;

/** Returns the path of the admin socket of a server with these settings; `undefined` when its store is not a file. */
export function adminSocketPath({
  mongodbUri,
  dataFile,
}: Pick<Settings, "mongodbUri" | "dataFile">): string | undefined {
  if (mongodbUri !== undefined || dataFile === ":memory:") return undefined;
  return join(dirname(dataFile), "chatnest.sock");
}

/** Tells whether a socket can have this path. */
export function isSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= pathBytesMax;
}
