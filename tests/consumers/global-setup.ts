import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { packClient, packPackage } from "../sdk/pack.ts";
import { installTools } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the packed client is. */
    clientTarball: string;
    /** Where the packed server is. */
    serverTarball: string;
  }
}

/** Packs the client and the server as they are built, and fetches the tools of their consumers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directories = await Promise.all(
    ["client", "server"].map((name) => mkdtemp(join(tmpdir(), `chatnest-packed-${name}-`))),
  );
  const [ofClient = "", ofServer = ""] = directories;
  const [clientTarball, serverTarball] = await Promise.all([
    packClient(ofClient),
    packPackage("apps/server", ofServer),
    installTools(),
  ]);
  project.provide("clientTarball", clientTarball);
  project.provide("serverTarball", serverTarball);
  return async () => {
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  };
}
