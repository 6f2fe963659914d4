import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmInstall } from "./npm-install.ts";

const directory = fileURLToPath(
  new URL("../../node_modules/.cache/chatnest/consumer-tools", import.meta.url),
);

/** The compilers that consumers use, and the oldest releases of Node that the client promises to run on. */
export const compilerVersions = ["5.9", "6.0", "7.0"] as const;
export const nodeVersions = ["20.19", "22.12", "24"] as const;

/** Installs compilers and Nodes, once for all runs. */
export async function installTools(): Promise<void> {
  const versions = [
    ...compilerVersions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
    ...nodeVersions.map((version) => [`node-${version}`, `npm:node@${version}`]),
  ];
  const manifest = { private: true, dependencies: Object.fromEntries(versions) };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "package.json"), JSON.stringify(manifest));
  await npmInstall(directory);
}

export type CompilerVersion = (typeof compilerVersions)[number];
export type NodeVersion = (typeof nodeVersions)[number];

/** Says where the compiler of a version is: a program for Node. */
export function toCompiler(version: CompilerVersion): string {
  return join(directory, "node_modules", `typescript-${version}`, "bin/tsc");
}

/** Says where the Node of a version is. */
export function toNode(version: NodeVersion): string {
  return join(directory, "node_modules", `node-${version}`, "bin/node");
}
