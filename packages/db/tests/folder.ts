import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own; disposing of it removes it. */
export interface Folder extends AsyncDisposable {
  path: string;
}

/** Makes a new, empty folder. */
export async function newFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "chatnest-db-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
