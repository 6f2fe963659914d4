import { once } from "node:events";
import { type Message, StoreError } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSocket, parseAnswer, sendRaw } from "../support/raw.ts";
import { type ProblemBody, type RestServer, startRest } from "../support/rest.ts";
import { overStore } from "../support/stores.ts";
import { until } from "../support/until.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

const content = "x".repeat(1_000);
const pageLength = 256;

/** Starts a server over a conversation of `count` messages that nobody stored, and counts the reads. */
async function startLongHistory(count: number, failAt = Number.POSITIVE_INFINITY) {
  const reads: number[] = [];
  const rest = await startRest({
    store: overStore(server.store, {
      log: {
        heads: async (streams) => {
          reads.push(0);
          const head = { seq: count, count, said_seq: count };
          return new Map(streams.map((stream) => [stream, head]));
        },
      },
      messages: {
        readOn: async (_, { after, limit }) => {
          reads.push(after);
          if (after >= failAt) throw new StoreError("unavailable", "secret detail");
          const length = Math.min(limit, count - after);
          const messages = Array.from({ length }, (_, n) => toMessage(after + n + 1));
          return { messages, read_to: after + length };
        },
      },
    }),
  });
  return { ...rest, reads, [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose]() };
}

function toMessage(seq: number): Message {
  const timestamp = "2026-01-01T00:00:00.000Z";
  return {
    id: `message-${seq}`,
    user_id: "alice",
    content,
    timestamp,
    conversation_id: "room",
    seq,
  };
}

const request = ["GET /messages/room HTTP/1.1", "Host: localhost"];

describe("a history that is streamed", () => {
  it("comes whole", async () => {
    await using long = await startLongHistory(20_000);
    const { body } = await long.get("/messages/room");
    expect(body.map(({ seq }) => seq)).toEqual(Array.from({ length: 20_000 }, (_, n) => n + 1));
  });

  it("has the status of an error that comes before the first item", async () => {
    await using long = await startLongHistory(10, 0);
    const { status, headers, body } = await long.get<ProblemBody>("/messages/room");
    expect([status, body.code, headers.get("retry-after")]).toEqual([503, "unavailable", "2"]);
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it.each([pageLength, 40 * pageLength])(
    "is cut, and never closed, by an error after %i items",
    async (failAt) => {
      await using long = await startLongHistory(1_000_000, failAt);
      const { status, head, body } = await sendRaw(long.port, request);
      expect([status, head.toLowerCase()]).toEqual([200, expect.stringContaining("chunked")]);
      // Neither the array's end, nor the last chunk of the body, nor a word of the error.
      expect(body.includes("]")).toBe(false);
      expect(body.endsWith("0\r\n\r\n")).toBe(false);
      expect(body).not.toContain("secret");
      await expect(
        fetch(`${long.url}/messages/room`).then((response) => response.text()),
      ).rejects.toThrow();
      expect((await long.call("GET", "/livez")).status).toBe(200);
    },
  );

  it("is read no faster than its reader", async () => {
    await using long = await startLongHistory(1_000_000);
    const socket = await openSocket(long.port);
    socket.pause();
    socket.write(`${request.join("\r\n")}\r\n\r\n`);
    // What the two sockets hold, and no more: then it stands still.
    let before = -1;
    await until(
      () => {
        const isStill = long.reads.length > 1 && long.reads.length === before;
        before = long.reads.length;
        return isStill;
      },
      { timeoutMs: 10_000, what: "reading stands still" },
    );
    const read = long.reads.length * pageLength * content.length;
    expect(read).toBeLessThan(32 * 1024 * 1024);

    // It goes on where it stood.
    socket.resume();
    await until(() => long.reads.length > before + 100, { timeoutMs: 10_000, what: "it goes on" });
    socket.destroy();
  });

  it("is left when its reader leaves", async () => {
    await using long = await startLongHistory(1_000_000);
    const socket = await openSocket(long.port);
    socket.write(`${request.join("\r\n")}\r\n\r\n`);
    await once(socket, "data");
    socket.destroy();
    let before = -1;
    await until(
      () => {
        const isStill = long.reads.length === before;
        before = long.reads.length;
        return isStill;
      },
      { timeoutMs: 10_000, what: "reading has ended" },
    );
    expect(long.reads.length).toBeLessThan(1_000_000 / pageLength);
    expect(long.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  it("is not begun for a HEAD", async () => {
    await using long = await startLongHistory(1_000_000);
    for (let n = 0; n < 20; n++) {
      const { status, headers } = await long.call("HEAD", "/messages/room");
      expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    }
    expect(long.reads).toEqual([]);
  });
});

it("keeps the connection for the next request", async () => {
  await using long = await startLongHistory(3);
  const socket = await openSocket(long.port);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write(`${request.join("\r\n")}\r\n\r\n`);
  await until(() => text.endsWith("0\r\n\r\n"), { timeoutMs: 5_000, what: "the array is whole" });
  expect(parseAnswer(text).status).toBe(200);
  text = "";
  socket.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(() => text.includes("live"), { timeoutMs: 5_000, what: "the next is answered" });
  socket.destroy();
});
