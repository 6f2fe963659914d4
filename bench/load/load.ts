import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "@chatnest/tests/support/command.ts";
import type { Kit } from "../kit.ts";
import { needed } from "../missing.ts";
import type { MeasuredServer } from "../processes/server.ts";
import type { Sample } from "../row.ts";

const script = fileURLToPath(new URL("./wrk.lua", import.meta.url));

/** What a server is asked, again and again. */
export interface Load {
  /** How many requests are under way. @default 64 */
  connections?: number;
  /** How long. @default 2 */
  seconds?: number;
  /** The arguments of wrk.lua, for a run of some name. */
  args(run: string): readonly string[];
}

/** Makes the load of a program that asks for paths in turn. */
export async function reading(kit: Kit, paths: readonly string[]): Promise<Load> {
  const file = join(await kit.folder(), "paths");
  await writeFile(file, paths.join("\n"));
  return { args: () => ["get", file] };
}

/** Makes the load of writers that send messages of 100 characters to conversations in turn. Ids are new in each run. */
export function sending({
  connections = 64,
  conversations = 64,
  name = "hot-%d",
  step = 1,
} = {}): Load {
  const rest = [String(conversations), name, String(step)];
  return { connections, args: (run) => ["post", run, ...rest] };
}

/** Who marks conversations as read. */
export interface Marking {
  conversations: number;
  members: number;
  /** The first position that is marked. */
  from: number;
  /** How many marks a run makes at most. */
  stride: number;
}

/** Makes the load of members who mark conversations as read, one member after the other, and then each one position further. */
export function marking({ conversations, members, from, stride }: Marking): Load {
  let count = -stride;
  return {
    args: () => {
      count += stride;
      return ["mark", ...[conversations, members, from, count].map(String)];
    },
  };
}

/** Asks a server for some seconds; returns the requests per second and the CPU time of each. */
export async function measureLoad(
  kit: Kit,
  server: MeasuredServer,
  { connections = 64, seconds = 2, args }: Load,
): Promise<Sample> {
  await kit.get(findWrk);
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script];
  const run = randomBytes(6).toString("hex");
  const before = await server.cpuUs();
  const output = await runCommand("wrk", [...options, server.url, "--", ...args(run)], {
    timeoutMs: 60_000,
  });
  const used = (await server.cpuUs()) - before;
  const { requests, us, failed } = JSON.parse(output.split("\n").at(-1) ?? "");
  if (requests === 0) throw new Error(`no request was answered within ${seconds} s`);
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed`);
  return { value: requests / (us / 1e6), cpuUs: used / requests };
}

/** @throws MissingError */
async function findWrk(): Promise<void> {
  // It has no option that only tells the version.
  await needed("wrk (Debian: apt-get install wrk)", () =>
    runCommand("sh", ["-c", "command -v wrk"], { timeoutMs: 5_000 }).catch(() => {
      throw new Error("not found");
    }),
  );
}
