import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import {
  ChatError,
  type ConversationNews,
  createContext,
  Following,
  type Meta,
  toChatError,
  trustedCaller,
} from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { createAdaptorServer } from "@hono/node-server";
import { initTRPC } from "@trpc/server";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { AppEnv } from "../../app-env.ts";
import { Heartbeat } from "../../http/heartbeat.ts";
import { StreamSlots } from "../../http/stream-slots.ts";
import { readPath } from "../../http/target.ts";
import { serveRest } from "../adapter.ts";
import { sendProblem } from "../problem.ts";
import { tellUnavailable } from "./tell-unavailable.ts";

const { procedure, router } = initTRPC.meta<Meta>().create();

const asked: object[] = [];
/** What the procedure does before it answers. */
let prepare = async () => {};
let begun = 0;

async function* follow(): AsyncGenerator<ConversationNews> {
  begun++;
  yield { kind: "ready", epoch: "epoch", seq: 3, last_seq: 3 };
}

const things = router({
  follow: procedure
    .meta({
      rest: {
        method: "GET",
        path: "/things/{id}/events",
        tag: "things",
        summary: "Follow a thing",
        success: { 200: "Server-sent events" },
        body: "events",
        headers: [{ name: "Last-Event-ID", description: "The newest.", field: "lastEventId" }],
      },
    })
    .input(z.strictObject({ id: z.string(), lastEventId: z.string().optional() }))
    .subscription(async ({ input }) => {
      asked.push(input);
      await prepare();
      return new Following({
        begin: follow,
        toEvents: () => [
          {
            id: "epoch-3",
            event: { type: "ready" as const, conversation_id: input.id, last_seq: 3 },
          },
        ],
      });
    }),
});

const store = openSqliteStore(":memory:");
const app = new Hono<AppEnv>({ getPath: readPath });
const sendError = tellUnavailable(router({ things }), sendProblem);
serveRest(app, router({ things }), {
  contextOf: () => createContext({ store, caller: trustedCaller }),
  heartbeat: new Heartbeat(),
  reads: new StreamSlots(),
  logger: pino({ level: "silent" }),
});
app.onError((error, c) => sendError(c, toChatError(error)));

let server: Server;
let port = 0;
beforeEach(() => {
  prepare = async () => {};
});
beforeAll(async () => {
  server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.close();
  await store.close();
});

/** Follows to the end, or to what was answered instead. */
async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  // A following that ends does not end its stream: only what fails, and who leaves, does.
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const read = await reader?.read();
    text += read?.value ?? "";
    if (!read || read.done || text.includes("event: ready")) break;
  }
  await reader?.cancel();
  return { status: response.status, type: response.headers.get("content-type"), text };
}

describe("what a procedure follows", () => {
  it("is events, with what the request's header gives in its input", async () => {
    const { status, type, text } = await ask("/things/a/events", {
      headers: { "last-event-id": "epoch-2" },
    });
    expect([status, type]).toEqual([200, "text/event-stream"]);
    expect(text).toMatch(/^retry: \d+\n\nid: epoch-3\nevent: ready\ndata: {"conversation_id":"a"/);
    expect(asked.at(-1)).toEqual({ id: "a", lastEventId: "epoch-2" });
  });

  it("takes nothing of the header's in its query", async () => {
    const { status, text } = await ask("/things/a/events?lastEventId=epoch-2");
    expect([status, JSON.parse(text)]).toMatchObject([
      422,
      { errors: [{ path: "lastEventId", message: "unknown field" }] },
    ]);
  });

  it("is not begun for a HEAD", async () => {
    const before = begun;
    const { status, type } = await ask("/things/a/events", { method: "HEAD" });
    expect([status, type, begun]).toEqual([200, "text/event-stream", before]);
  });
});

describe("a procedure that fails before it follows", () => {
  it("has its status where that is for good", async () => {
    prepare = () => Promise.reject(new ChatError("not_found", "there is no such thing"));
    const { status, type, text } = await ask("/things/a/events");
    expect([status, type]).toEqual([404, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({ detail: "there is no such thing" });
  });

  it("is an event where it is temporary, since a browser gives up on any status but 200", async () => {
    prepare = () => Promise.reject(new ChatError("unavailable", "come back"));
    const { status, type, text } = await ask("/things/a/events");
    expect([status, type]).toEqual([200, "text/event-stream"]);
    const data = JSON.stringify({ code: "unavailable", detail: "come back" });
    expect(text).toMatch(/^retry: \d+\n\n/);
    expect(text).toContain(`event: unavailable\ndata: ${data}\n\n`);
  });
});

it("is not begun for a client that has left meanwhile", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  prepare = () => promise;
  const [before, askedBefore] = [begun, asked.length];
  const closed = once(server, "connection").then(([socket]) => once(socket, "close"));
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /things/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => asked.length).toBe(askedBefore + 1);
  socket.destroy();
  await closed;
  resolve();
  await ask("/things/b/events");
  expect(begun).toBe(before + 1);
});
