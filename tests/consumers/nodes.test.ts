import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../support/server.ts";
import { newProject, type Project } from "./project.ts";
import { run } from "./run.ts";
import { nodeVersions, toNode } from "./tools.ts";

let project: Project;
beforeAll(async () => {
  project = await newProject("tests/consumers/programs");
});
afterAll(() => project?.[Symbol.asyncDispose]());

describe.each(nodeVersions)("Node %s", (version) => {
  it("runs a script that sends and receives, and ends by itself", async () => {
    await using server = await startServer();
    expect(await run(toNode(version), ["--version"], project.directory)).toMatch(`v${version}`);
    const printed = await run(toNode(version), ["script.mjs", server.url], project.directory);
    expect(printed).toBe("1 Hello");
  });

  it("loads the client with require", async () => {
    await using server = await startServer();
    const printed = await run(toNode(version), ["common.cjs", server.url], project.directory);
    expect(printed).toBe("true");
  });
});
