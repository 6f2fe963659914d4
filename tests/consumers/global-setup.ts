import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { packClient } from "../sdk/pack.ts";
import { installTools } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the packed client is. */
    clientTarball: string;
  }
}

/** Packs the client as it is built, and fetches the tools of its consumers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "chatnest-packed-"));
  const [tarball] = await Promise.all([packClient(directory), installTools()]);
  project.provide("clientTarball", tarball);
  return () => rm(directory, { recursive: true, force: true });
}
