import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes an empty folder that is removed in the end. */
export function newFolder() {
  return mkdtempDisposable(join(tmpdir(), "chatnest-test-"));
}
