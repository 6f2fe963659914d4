import { glob, mkdtempDisposable, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "chatnest-mongod-";

/** Makes a temporary directory for the data of databases, and removes those that ended runs left behind. */
export async function makeDataDirectory(): Promise<AsyncDisposable & { path: string }> {
  await removeAbandoned();
  return mkdtempDisposable(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

// An interrupted run removes nothing, and one set leaves 1 GB: the owner's process id in the name tells.
async function removeAbandoned(): Promise<void> {
  for await (const name of glob(`${PREFIX}+([0-9])-*`, { cwd: tmpdir() })) {
    const owner = Number(name.slice(PREFIX.length).split("-")[0]);
    // Its mongod may still be ending; then the next run removes the rest.
    if (!isAlive(owner))
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
