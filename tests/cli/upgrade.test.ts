import { randomUUID } from "node:crypto";
import { withDatabase } from "@chatnest/db/tests/with-database.ts";
import { MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

describe("chatnest upgrade", () => {
  it("lets messages be changed in a database of the version before", async () => {
    await using folder = await newFolder();
    const [deployment] = inject("mongoDeployments");
    const uri = withDatabase(deployment?.uri ?? "", `chatnest_test_${randomUUID()}`);
    await using client = new MongoClient(uri);
    await using resources = new AsyncDisposableStack();
    resources.defer(async () => void (await client.db().dropDatabase()));
    const meta = client.db().collection<{ _id: string; value: number }>("chat_meta");
    await meta.insertOne({ _id: "schema", value: 1 });
    const options = { cwd: folder.path, env: { MONGODB_URI: uri } };

    await using server = await startServer(options);
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(200);
    const call = (method: string, path: string, body: object) =>
      fetch(`${server.url}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    await call("POST", "/messages/", { user_id: "ann", content: "hi", conversation_id: "tea" });
    const edit = () => call("PATCH", "/messages/tea/1", { user_id: "ann", content: "hello" });
    const refused = await edit();
    expect([refused.status, await refused.text()]).toEqual([
      409,
      expect.stringContaining("chatnest upgrade"),
    ]);
    const { code, stdout } = await runChatnest(["upgrade"], options);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("takes edits, deletions and reactions"),
    ]);
    // The server that runs notices.
    expect((await edit()).status).toBe(200);
    expect(await runChatnest(["upgrade"], options)).toMatchObject({ code: 0 });
  });
});
