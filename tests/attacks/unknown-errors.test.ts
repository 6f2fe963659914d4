import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { MongoServerError } from "mongodb";
import { afterAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { overStore } from "../support/stores.ts";
import { leak } from "./leak.ts";
import { tell } from "./tell.ts";

const secret = "mongodb://ada:hunter2@10.0.0.1/chat at /root/app/node_modules/x.js:1";

/** Everything that a store, a driver or a bug can throw. */
const thrown: [string, () => unknown][] = [
  ["an Error", () => new Error(secret)],
  ["an Error with a cause", () => new Error("x", { cause: new Error(secret) })],
  ["an Error of many", () => new AggregateError([new Error(secret)], secret)],
  [
    "an error of the system",
    () => Object.assign(new Error(secret), { code: "ENOENT", path: "/root/x" }),
  ],
  ["an error of MongoDB", () => new MongoServerError({ message: secret, code: 2, errmsg: secret })],
  ["a TypeError", () => (undefined as unknown as { hunter2: object }).hunter2],
  [
    "an error that looks like ours",
    () => ({ name: "ChatError", code: "not_found", message: secret }),
  ],
  ["an error with a status", () => Object.assign(new Error(secret), { status: 200, res: secret })],
  ["an answer", () => new Response(secret)],
  ["a text", () => secret],
  ["nothing", () => undefined],
];

const input = (value: object): string => encodeURIComponent(JSON.stringify(value));
const requests: [string, string, object?][] = [
  ["POST", "/messages/", { user_id: "ann", content: "x", conversation_id: "room" }],
  ["PATCH", "/messages/room/1", { user_id: "ann", content: "x" }],
  ["DELETE", "/messages/room/1?user_id=ann"],
  ["PUT", "/messages/room/1/reactions/+1", { user_id: "ann" }],
  ["DELETE", "/messages/room/1/reactions/+1?user_id=ann"],
  ["POST", "/conversations/", { user_ids: ["ann"] }],
  ["POST", "/conversations/room/members", { user_id: "ann" }],
  ["DELETE", "/conversations/room/members/ann"],
  ["GET", "/messages/room"],
  ["GET", "/messages/room?limit=1"],
  ["GET", "/messages/room/1"],
  ["GET", "/messages/room/1/reactions"],
  ["GET", "/messages/room/1/replies"],
  ["GET", "/messages/room/1/versions"],
  ["GET", "/messages/room/log"],
  ["GET", "/conversations/ann"],
  ["GET", "/conversations/ann?limit=1"],
  ["GET", "/conversations/by-id/room"],
  ["GET", "/users/ann/notes"],
  ["GET", "/users/ann/notes?limit=1"],
  ["GET", "/messages/room/events?after=0"],
  ["GET", "/users/ann/events"],
  ["POST", "/trpc/messages.send", { user_id: "ann", content: "x", conversation_id: "room" }],
  [
    "POST",
    "/trpc/notes.send,messages.send?batch=1",
    { 0: { user_id: "ann", content: "x" }, 1: { user_id: "ann", content: "x" } },
  ],
  [
    "POST",
    "/trpc/messages.import",
    { messages: [{ id: "12345678", user_id: "ann", content: "x" }] },
  ],
  ["POST", "/trpc/conversations.create", { user_ids: ["ann"] }],
  ["GET", `/trpc/messages.page?input=${input({ conversation_id: "room" })}`],
  ["GET", `/trpc/notes.get?input=${input({ user_id: "ann", seq: 1 })}`],
  ["GET", `/trpc/live.conversation?input=${input({ conversation_id: "room", after: "0" })}`],
  ["GET", `/trpc/live.user?input=${input({ user_id: "ann" })}`],
  ["GET", "/readyz"],
];

// Some is thrown before there is a promise.
function failWith(toError: () => unknown, isLate: boolean): () => Promise<never> {
  return () => {
    if (isLate) return Promise.resolve().then(() => Promise.reject(toThrown(toError)));
    throw toThrown(toError);
  };
}

function toThrown(toError: () => unknown): unknown {
  try {
    return toError();
  } catch (error) {
    return error;
  }
}

function breakAll(store: ChatStore, fail: () => Promise<never>): ChatStore {
  const broken = <TPart extends object>(part: TPart): TPart =>
    Object.fromEntries(Object.keys(part).map((name) => [name, fail])) as TPart;
  return overStore(store, {
    log: broken(store.log),
    members: broken(store.members),
    messages: broken(store.messages),
    conversations: broken(store.conversations),
    ping: fail,
  });
}

async function ask({ url }: TestServer, [method, path, body]: (typeof requests)[number]) {
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  // Streams end with the error; one that does not is read for a while.
  const timer = setTimeout(() => void reader?.cancel(), 1_000);
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: "" };
    if (done) break;
    text += value;
  }
  clearTimeout(timer);
  return { status: response.status, headers: [...response.headers].join("\n"), text };
}

let [asked, met] = [0, 0];
afterAll(() => tell("unknown errors", `${asked} requests`, `${met} failed`, "none said why"));

describe.each(thrown)("of %s", (_, toError) => {
  it.each(["at once", "later"])("that is thrown %s, no client is told", async (when) => {
    await using store = disposable(openSqliteStore(":memory:"));
    const broken = breakAll(store, failWith(toError, when === "later"));
    await using server = await startServer({ store: broken });
    const answers = await Promise.all(requests.map((request) => ask(server, request)));
    for (const [index, { status, headers, text }] of answers.entries()) {
      const told = `${requests[index]?.slice(0, 2).join(" ")} ${status} ${text}`;
      expect(text, told).not.toMatch(leak);
      expect(headers, told).not.toMatch(leak);
      if (status !== 200) expect([500, 503], told).toContain(status);
    }
    const failed = answers.filter(({ status }) => status === 500);
    expect(failed.length).toBeGreaterThanOrEqual(25);
    [asked, met] = [asked + answers.length, met + failed.length];
  });
});

function disposable(store: ChatStore): ChatStore & AsyncDisposable {
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
