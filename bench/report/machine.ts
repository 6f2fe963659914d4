import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { findMongod } from "@chatnest/tests/support/mongod-binary.ts";

const requirements = new URL("../peers/fastapi/requirements.txt", import.meta.url);
const shownPackages = ["fastapi", "motor", "pydantic", "uvicorn", "uvloop"];

/** Describes what the figures were measured on. */
export async function describeMachine(): Promise<string> {
  const memory = Math.round(totalmem() / 2 ** 30);
  const mongod = await findMongod().then(
    ({ version }) => `MongoDB ${version}`,
    () => "no MongoDB",
  );
  const parts = [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()})`,
    `${memory} GiB of memory`,
    // Without what a distribution adds to the version.
    `${type()} ${/^[\d.]+/.exec(release())?.[0]}`,
    `Node ${process.versions.node}`,
    mongod,
    ...(await readPackages()),
  ];
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${parts.join(", ")}.`;
}

async function readPackages(): Promise<string[]> {
  const lines = (await readFile(requirements, "utf8")).split("\n");
  return shownPackages.map((name) => {
    const line = lines.find((line) => line.startsWith(`${name}==`));
    return `${name} ${line?.split("==")[1]}`;
  });
}
