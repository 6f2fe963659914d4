import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SseReader } from "../support/sse-reader.ts";
import { runChatnest, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

describe("chatnest restored", () => {
  it("has clients that hold more than the backup begin anew", async () => {
    await using folder = await newFolder();
    const { path: cwd } = folder;
    const place = await serveAndStop(cwd, { sends: 3 });
    await cp(join(cwd, "data"), join(cwd, "backup"), { recursive: true });
    const ahead = await serveAndStop(cwd, { sends: 2, after: place });
    await cp(join(cwd, "backup"), join(cwd, "data"), { recursive: true, force: true });
    const { code, stdout } = await runChatnest(["restored"], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining("begins a new epoch")]);

    await using server = await startServer({ cwd });
    const headers = { "last-event-id": ahead };
    await using reader = await SseReader.open(`${server.url}/messages/room/events`, { headers });
    await reader.until(({ events }) => events.length > 0);
    expect(reader.events[0]).toMatchObject({
      event: "reset",
      data: { conversation_id: "room", last_seq: 3 },
    });
    expect(String(reader.lastEventId).split("-")[0]).not.toBe(ahead.split("-")[0]);
  });
});

/** Serves, sends, follows what was sent, stops, and answers with the place of the newest event. */
async function serveAndStop(
  cwd: string,
  { sends, after = "0" }: { sends: number; after?: string },
): Promise<string> {
  await using server = await startServer({ cwd });
  for (let sent = 0; sent < sends; sent++) {
    await fetch(`${server.url}/messages/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ conversation_id: "room", user_id: "ann", content: "hi" }),
    });
  }
  const path = `${server.url}/messages/room/events?after=${after}`;
  await using reader = await SseReader.open(path);
  await reader.until(({ seqs }) => seqs.length === sends);
  server.process.kill("SIGTERM");
  await server.ended;
  return String(reader.lastEventId);
}
