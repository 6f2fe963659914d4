import { describe, expect, it } from "vitest";
import { startServer } from "../support/server.ts";
import { type CompilerSetup, compile, runTalk, strict } from "./compile.ts";
import { newProject } from "./project.ts";
import { compilerVersions } from "./tools.ts";

const setup: CompilerSetup = {
  name: "own tRPC",
  files: ["own-trpc.ts"],
  options: {
    ...strict,
    module: "nodenext",
    moduleResolution: "nodenext",
    // tRPC's own types need them all.
    lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
  },
};

// The oldest that the client names as its peer, and the newest.
describe.each(["11.5.0", "11"])("a tRPC client of one's own, tRPC %s", (version) => {
  it("compiles, sends, reads and receives live", async () => {
    await using project = await newProject("examples/own-trpc", {
      "@trpc/client": version,
      "@trpc/server": version,
    });
    for (const compiler of compilerVersions) {
      await using server = await startServer();
      const out = await compile(project.directory, compiler, setup);
      const told = await runTalk(project.directory, `${out}/own-trpc.js`, `${server.url}/trpc`);
      expect(told, `TypeScript ${compiler}`).toEqual({
        sent: 1,
        read: 1,
        received: "1 Hello",
        refused: "validation_failed",
      });
    }
  });
});
