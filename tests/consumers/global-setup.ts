import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { packPackage } from "../sdk/pack.ts";
import { installTools } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the packed client is. */
    clientTarball: string;
    /** Where the packed hooks for React are. */
    reactTarball: string;
  }
}

/** Packs the client and the hooks as they are built, and fetches the tools of its consumers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "chatnest-packed-"));
  const pack = (name: string) => packPackage(name, directory);
  const [client, react] = await Promise.all([pack("client"), pack("react"), installTools()]);
  project.provide("clientTarball", client);
  project.provide("reactTarball", react);
  return () => rm(directory, { recursive: true, force: true });
}
