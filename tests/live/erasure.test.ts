import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { edit, erase } from "../support/changes.ts";
import { say } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";

const room = "room";
const secret = "the secret text";

/** All paths on which the events of the room come, from its beginning. */
function pathsTo(conversation_id: string): string[] {
  const trpc = (input: object) => `/trpc/live.conversation?${toInput(input)}`;
  return [
    `/messages/${conversation_id}/events?after=0`,
    `/messages/${conversation_id}/events?after=0&entries=all`,
    trpc({ conversation_id, after: "0" }),
    trpc({ conversation_id, after: "0", entries: "all" }),
  ];
}

const toInput = (input: object) => new URLSearchParams({ input: JSON.stringify(input) });

/** Stores a message with a secret, an edit that keeps it, and so many messages after it. */
async function begin({ store }: TestServer, after: number): Promise<void> {
  const message = { id: randomUUID(), user_id: "ann", conversation_id: room, content: secret };
  const { entry } = await append(store, message);
  const target = { conversation_id: room, target_seq: entry?.seq ?? 0 };
  await edit(store, target, `${secret}, corrected`);
  await say(store, room, after);
}

describe("a text whose deletion was acknowledged", () => {
  it.each([
    ["is in the ring", 3],
    ["is older than the ring", 600],
  ])("is in no event of who comes later, when it %s", async (_, after) => {
    await using server = await startServer();
    await using early = await SseReader.open(`${server.url}${pathsTo(room)[1]}`);
    await early.until(({ events }) => events.length > 0);
    await begin(server, after);
    await early.until(({ events }) => events.length > after);
    expect(JSON.stringify(early.events)).toContain(secret);
    await erase(server.store, { conversation_id: room, target_seq: 1 });
    const readers = await Promise.all(
      pathsTo(room).map((path) => SseReader.open(server.url + path)),
    );
    await say(server.store, room);
    const newest = new RegExp(`"seq":${after + 4}[,}]`);
    for (const reader of readers) {
      await reader.until(({ events }) => newest.test(JSON.stringify(events.at(-1))));
      expect(JSON.stringify(reader.events)).not.toContain(secret);
      await reader.close();
    }
    await early.until(({ events }) => events.some(({ event }) => event === "deletion"));
  });

  it("does not reach a reader that was too slow to be sent it before", async () => {
    await using server = await startServer();
    const content = "x".repeat(16_000);
    const fill = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const id = randomUUID();
        await append(server.store, { id, user_id: "ann", content, conversation_id: room });
      }
    };
    await fill(600);
    const sockets = await Promise.all(
      [...pathsTo(room), "/users/ann/events", "/users/ann/events?entries=all"].map(async (path) => {
        const socket = await openSocket(server.port);
        socket.pause();
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        return socket;
      }),
    );
    // Each has been sent what its connection takes, before the text is stored.
    await using witness = await SseReader.open(`${server.url}/messages/${room}/events?entries=all`);
    await fill(600);
    const text = { id: randomUUID(), user_id: "ann", conversation_id: room, content: secret };
    const { entry } = await append(server.store, text);
    await witness.until(({ events }) => JSON.stringify(events.at(-1)).includes(secret));
    await erase(server.store, { conversation_id: room, target_seq: entry?.seq ?? 0 });
    const last = `the end ${randomUUID()}`;
    const end = { id: randomUUID(), user_id: "ann", conversation_id: room, content: last };
    await append(server.store, end);
    for (const socket of sockets) {
      let received = "";
      await new Promise<void>((resolve) => {
        socket.on("data", (chunk: Buffer) => {
          received = received.slice(-20_000) + chunk.toString();
          expect(received).not.toContain(secret);
          if (received.includes(last)) resolve();
        });
        socket.resume();
      });
      socket.destroy();
    }
  }, 60_000);
});
