import { createHmac } from "node:crypto";
import { ChatError, createChatClient } from "@chatnest/client";
import { expect, test, vi } from "vitest";
import { startServer } from "../support/server.ts";
import { failureOf } from "./chat.ts";
import { type Fault, startFlaky } from "./flaky.ts";

const tea = { conversation_id: "tea" };
const retry = { baseMs: 1, maxMs: 2 };

/** A server before which stands one that lets nobody in but with the right token, as ChatNest itself will. */
async function startGuarded(isGood: (token: string | undefined, index: number) => boolean) {
  const server = await startServer();
  const proxy = await startFlaky(server.url, ({ authorization }, index): Fault => {
    const isLetIn = isGood(authorization?.replace(/^Bearer /, ""), index);
    return isLetIn ? "pass" : { status: 401, code: "unauthorized" };
  });
  return {
    ...proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("a token goes in a header, and nowhere else", async () => {
  await using server = await startGuarded((token) => token === "secret");
  const chat = createChatClient({ url: server.url, token: "secret" });
  await chat.messages.page(tea);
  await chat.messages.send({ ...tea, user_id: "ada", content: "Hello" });
  expect(server.asked.map(({ authorization }) => authorization)).toEqual([
    "Bearer secret",
    "Bearer secret",
  ]);
  expect(server.asked.map(({ path, body }) => path + String(body)).join()).not.toContain("secret");
});

test("without a token there is no header", async () => {
  await using server = await startGuarded((token) => token === undefined);
  await createChatClient({ url: server.url }).messages.page(tea);
  expect(server.asked).toMatchObject([{ authorization: undefined }]);
});

test("a token that is refused is an error, and is not tried again", async () => {
  await using server = await startGuarded(() => false);
  const { messages } = createChatClient({ url: server.url, token: "wrong", retry });
  const failure = await failureOf(messages.send({ ...tea, user_id: "ada", content: "Hello" }));
  expect(failure).toMatchObject({ code: "unauthorized", status: 401, id: undefined });
  expect(server.asked).toHaveLength(1);
});

test("a function is asked once for many calls, and once more when its token is refused", async () => {
  let asked = 0;
  await using server = await startGuarded((token) => token === "token-2");
  const token = async () => `token-${++asked}`;
  const { messages } = createChatClient({ url: server.url, token });
  await Promise.all(Array.from({ length: 20 }, () => messages.page(tea)));
  expect(asked).toBe(2);
  await messages.page(tea);
  expect(asked).toBe(2);
});

test("a function whose second token is refused too is not asked a third time", async () => {
  let asked = 0;
  await using server = await startGuarded(() => false);
  const token = () => `token-${++asked}`;
  const { messages } = createChatClient({ url: server.url, token, retry });
  expect(await failureOf(messages.page(tea))).toMatchObject({ status: 401 });
  expect(asked).toBe(2);
  expect(server.asked).toHaveLength(2);
});

test("a function that fails is asked again, and nothing is sent before it succeeds", async () => {
  let asked = 0;
  await using server = await startGuarded((token) => token === "good");
  const token = async () => {
    if (++asked < 3) throw new TypeError("fetch failed");
    return "good";
  };
  const { messages } = createChatClient({ url: server.url, token, retry });
  expect(await messages.page(tea)).toMatchObject({ messages: [] });
  expect(server.asked).toHaveLength(1);
});

test("a function that gives what no header can carry has failed, and is asked again", async () => {
  await using server = await startGuarded((token) => token === "good");
  const answers: unknown[] = ["<html>\n</html>\n", undefined, "", "two words", "茶"];
  const token = () => (answers.length > 0 ? answers.shift() : "good") as string;
  const { messages } = createChatClient({ url: server.url, token, retry: { tries: 3, baseMs: 1 } });
  const failure = await failureOf(messages.send({ ...tea, user_id: "ada", content: "Hello" }));
  expect(failure).toMatchObject({ code: "unauthorized", status: undefined, id: undefined });
  expect(failure.cause).toBeInstanceOf(TypeError);
  expect(await messages.page(tea)).toMatchObject({ messages: [] });
  expect(server.asked).toHaveLength(1);
});

test.each(["", "two words", "secret\n", "茶"])("no client is made with the token %j", (token) => {
  const make = () => createChatClient({ url: "http://localhost", token });
  expect(make).toThrow(expect.objectContaining({ name: "ChatError", code: "bad_request" }));
});

test("a function that goes on failing ends a send that is known not to be stored", async () => {
  await using server = await startGuarded(() => true);
  const cause = new TypeError("fetch failed");
  const token = () => Promise.reject<string>(cause);
  const { messages } = createChatClient({ url: server.url, token, retry: { ...retry, tries: 3 } });
  const failure = await failureOf(messages.send({ ...tea, user_id: "ada", content: "Hello" }));
  expect(failure).toMatchObject({ code: "unauthorized", status: undefined, id: undefined, cause });
  expect(server.asked).toEqual([]);
});

test("a function may say that there is no token to be had", async () => {
  let asked = 0;
  const token = () => {
    asked++;
    throw new ChatError("unauthorized", "logged out");
  };
  const { messages } = createChatClient({ url: "http://localhost", token, retry });
  const failure = await failureOf(messages.page(tea));
  expect(failure).toMatchObject({ code: "unauthorized", message: "logged out" });
  expect(asked).toBe(1);
});

test("a function that does not answer does not hold up a call", async () => {
  const token = () => new Promise<string>(() => {});
  const { messages } = createChatClient({ url: "http://localhost", token, timeoutMs: 40 });
  const failure = await failureOf(messages.send({ ...tea, user_id: "ada", content: "Hello" }));
  expect(failure).toMatchObject({ code: "timeout", id: undefined });
});

test("a function that never answered is asked again later", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    let asked = 0;
    await using server = await startGuarded((token) => token === "good");
    const token = () => (++asked === 1 ? new Promise<string>(() => {}) : "good");
    const { messages } = createChatClient({ url: server.url, token, timeoutMs: 2_000 });
    const hasty = { timeoutMs: 40 };
    expect(await failureOf(messages.page(tea, hasty))).toMatchObject({ code: "timeout" });
    expect(await failureOf(messages.page(tea, hasty))).toMatchObject({ code: "timeout" });
    expect(asked).toBe(1);
    vi.setSystemTime(Date.now() + 31_000);
    expect(await messages.page(tea)).toMatchObject({ messages: [] });
    vi.setSystemTime(Date.now() + 31_000);
    await messages.page(tea);
    expect(asked).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ["a string", (token: string) => token],
  ["a function", (token: string) => async () => token],
])("the user is the subject of a token from %s", async (_, toToken) => {
  await using server = await startGuarded(() => true);
  for (const sub of ["ada", "茶 \u{1F375} é", "a"]) {
    const chat = createChatClient({ url: server.url, token: toToken(toJwt({ sub })) });
    const { message } = await chat.messages.send({ ...tea, content: "Hello" });
    expect(message.user_id).toBe(sub);
    const note = await chat.notes.send({ content: "Buy tea" });
    expect(await chat.notes.get({ seq: 1 })).toEqual(note.message);
    expect((await chat.notes.page({})).messages).toEqual([note.message]);
    const inbox = await chat.conversations.page({ messages: 0 });
    expect(inbox.conversations).toMatchObject([{ id: "tea" }]);
  }
});

test("notes of a user who shows later keep their order, named or not", async () => {
  await using server = await startGuarded(() => true);
  const chat = createChatClient({ url: server.url, token: async () => toJwt({ sub: "ada" }) });
  const sent = await Promise.all([
    chat.notes.send({ content: "one" }),
    chat.notes.send({ user_id: "ada", content: "two" }),
    chat.messages.send({ content: "three" }),
  ]);
  expect(sent.map(({ message }) => message.seq)).toEqual([1, 2, 3]);
});

test("a userId says who it is, and an input may say otherwise", async () => {
  await using server = await startGuarded(() => true);
  const chat = createChatClient({
    url: server.url,
    userId: "grace",
    token: toJwt({ sub: "ada" }),
  });
  const { message: own } = await chat.messages.send({ ...tea, content: "Hello" });
  const { message: other } = await chat.messages.send({ ...tea, user_id: "bob", content: "Hi" });
  expect([own.user_id, other.user_id]).toEqual(["grace", "bob"]);
});

test.each(["a-key-of-a-server", "a.b.c", `a.${btoa("{}")}.c`, `a.${btoa("null")}.c`])(
  "a token that names nobody is refused before anything is sent: %j",
  async (token) => {
    await using server = await startGuarded(() => true);
    const { messages } = createChatClient({ url: server.url, token, retry });
    const failure = await failureOf(messages.send({ ...tea, content: "Hello" }));
    expect(failure).toMatchObject({
      code: "validation_failed",
      status: undefined,
      id: undefined,
      issues: [{ path: "user_id" }],
    });
    expect(server.asked).toEqual([]);
  },
);

function toJwt(claims: object): string {
  const body = [{ alg: "HS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${body}.${createHmac("sha256", "secret").update(body).digest("base64url")}`;
}
