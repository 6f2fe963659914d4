import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type MeasuredServer, startCommand } from "./server.ts";

// BENCH_TREE=folder measures what another checkout has built.
const tree = process.env["BENCH_TREE"] ?? fileURLToPath(new URL("../..", import.meta.url));

/** The built command. */
export const chatnest = `${tree}/apps/server/dist/main.js`;
/** As `npm run serve` runs it; peers too, so that nothing but the program differs. */
export const nodeFlags = readNodeFlags();

/** How to start a program of Node's. */
export interface StartOptions {
  args?: string[];
  env?: Record<string, string>;
  /** More flags for Node. */
  flags?: string[];
}

/** Starts the built server over the store that the environment names, without a log of requests. */
export function startChatNest(
  env: Record<string, string>,
  options: Pick<StartOptions, "flags"> = {},
): Promise<MeasuredServer> {
  const settings = { LOG_LEVEL: "warn", CHATNEST_RATE_LIMIT: "0", ...env };
  return startProgram(chatnest, { args: ["serve"], env: settings, ...options });
}

/** Starts a program of `bench/peers`. */
export function startPeer(name: string, options: StartOptions = {}): Promise<MeasuredServer> {
  return startProgram(fileURLToPath(new URL(`../peers/${name}.ts`, import.meta.url)), options);
}

function startProgram(program: string, { args = [], env = {}, flags = [] }: StartOptions) {
  const all = [...nodeFlags, ...profileFlags(), ...flags, program, ...args];
  return startCommand({ command: process.execPath, args: () => all, env });
}

function readNodeFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(`${tree}/package.json`, "utf8"));
  return String(scripts.serve).match(/(?<= )--\S+(?=.* apps\/server)/g) ?? [];
}

// BENCH_PROFILE=folder writes a CPU profile of each server there.
function profileFlags(): string[] {
  const folder = process.env["BENCH_PROFILE"];
  return folder ? ["--cpu-prof", `--cpu-prof-dir=${folder}`] : [];
}
