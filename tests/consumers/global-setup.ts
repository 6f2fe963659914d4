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
    /** Where the packed hooks for React are. */
    reactTarball: string;
    /** Where the packed server is. */
    serverTarball: string;
  }
}

/** Packs the client, the hooks and the server as they are built, and fetches the tools of their consumers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directories = await Promise.all(
    ["client", "react", "server"].map((name) =>
      mkdtemp(join(tmpdir(), `chatnest-packed-${name}-`)),
    ),
  );
  const [ofClient = "", ofReact = "", ofServer = ""] = directories;
  const [clientTarball, reactTarball, serverTarball] = await Promise.all([
    packClient(ofClient),
    packPackage("packages/react", ofReact),
    packPackage("apps/server", ofServer),
    installTools(),
  ]);
  project.provide("clientTarball", clientTarball);
  project.provide("reactTarball", reactTarball);
  project.provide("serverTarball", serverTarball);
  return async () => {
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  };
}
