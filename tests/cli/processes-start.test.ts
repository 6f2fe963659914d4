import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, inject, it } from "vitest";
import { runChatnest } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

describe("a server of several processes that cannot start", () => {
  it("says in one line that the embedded store belongs to one process", async () => {
    await using folder = await newFolder();
    for (const CHATNEST_PROCESSES of ["auto", "2"]) {
      const options = { cwd: folder.path, env: { CHATNEST_PROCESSES } };
      const refused = await runChatnest(["serve"], options);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toMatch(/^chatnest: CHATNEST_PROCESSES needs MONGODB_URI: .+\n$/);
    }
  });

  it("says once that the port is in use", async () => {
    await using folder = await newFolder();
    await using other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const MONGODB_URI = "mongodb://127.0.0.1:9/none";
    const env = { MONGODB_URI, CHATNEST_PROCESSES: "2", PORT: String(port) };
    const refused = await runChatnest(["serve"], { cwd: folder.path, env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`^chatnest: port ${port} is in use: .+\n$`));
  });

  it("says once that MongoDB does not know its user", async () => {
    await using folder = await newFolder();
    const [{ uri } = { uri: "" }] = inject("mongoDeployments");
    const MONGODB_URI = uri.replace("mongodb://", "mongodb://ada:geheim@");
    const env = { MONGODB_URI, CHATNEST_PROCESSES: "2", PORT: "0" };
    const refused = await runChatnest(["serve"], { cwd: folder.path, env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^chatnest: .+refuses the user or password.+\n$/);
    expect(refused.stdout + refused.stderr).not.toContain("geheim");
  });
});
