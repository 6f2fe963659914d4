import { randomUUID } from "node:crypto";
import { type ChatClient, createChatClient, type UserEvent } from "@chatnest/client";
import type { ChatStore } from "@chatnest/db";
import { describe, expect, test } from "vitest";
import { startServer as startProcess } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { openBadNetwork } from "../support/bad-network.ts";
import { findFreePorts } from "../support/free-port.ts";
import { say, upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { startChat } from "./chat.ts";
import { Heard } from "./heard.ts";

type HeardUser = Heard<UserEvent>;

/** Begins conversations of a user, with so many messages in each. */
async function begin(store: ChatStore, user: string, counts: number[]): Promise<string[]> {
  const rooms = counts.map(() => `room-${randomUUID()}`);
  for (const [n, id] of rooms.entries()) {
    await store.conversations.create({ id, user_ids: [user, "ann"] });
    await say(store, id, counts[n] ?? 0);
  }
  return rooms;
}

async function follow(chat: ChatClient, user: string) {
  const heard: HeardUser = new Heard();
  const subscription = chat.user(user).subscribe(heard);
  await heard.untilLive();
  return { heard, [Symbol.dispose]: () => subscription.close() };
}

/** A server behind a network that can be bad. */
async function startBehindNetwork() {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startServer());
  const network = stack.use(await openBadNetwork(server.port));
  const chat = createChatClient({ url: network.url });
  return { store: server.store, network, chat, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("following a user", () => {
  test("tells where all conversations end, then what is said in each, and who joins and leaves", async () => {
    await using running = await startChat();
    const { chat, server } = running;
    const [first = "", second = ""] = await begin(server.store, "ada", [3, 0]);
    using following = await follow(chat, "ada");
    const { heard } = following;
    const [heads] = heard.events;
    expect(heard.kinds).toEqual(["heads"]);
    expect(heads?.type === "heads" && heads.heads).toEqual(
      expect.arrayContaining([
        { conversation_id: first, last_seq: 3 },
        { conversation_id: second, last_seq: 0 },
      ]),
    );

    await say(server.store, first, 5);
    await say(server.store, second, 5);
    await heard.until(({ messages }) => messages.length >= 10);
    expect(heard.seqsOf(first)).toEqual(upTo(8, 4));
    expect(heard.seqsOf(second)).toEqual(upTo(5));

    const third = `room-${randomUUID()}`;
    const created = await chat.conversations.create({ id: third, user_ids: ["ann"] });
    await say(server.store, created.conversation.id, 2);
    await chat.conversations.addMember({ conversation_id: third, user_id: "ada" });
    await chat.conversations.removeMember({ conversation_id: second, user_id: "ada" });
    await heard.until(({ events }) => events.length >= 3);
    expect(heard.events.slice(1)).toEqual([
      { type: "joined", conversation_id: third, user_id: "ada", last_seq: 2 },
      { type: "left", conversation_id: second, user_id: "ada", last_seq: 5 },
    ]);
    await say(server.store, second);
    await say(server.store, third);
    await heard.until(({ messages }) => messages.length >= 11);
    expect(heard.seqsOf(third)).toEqual([3]);
    expect(heard.seqsOf(second)).toEqual(upTo(5));
    expect(heard.statuses).toEqual(["connecting", "live"]);
  });

  test("reads what was missed in many conversations, while more is said, also in one that was begun meanwhile", async () => {
    await using running = await startBehindNetwork();
    const { store, network, chat } = running;
    const rooms = await begin(store, "ada", [0, 1, 2, 3, 4, 5, 6]);
    using following = await follow(chat, "ada");
    const { heard } = following;
    network.become("away");
    network.cut();
    await heard.until(({ statuses }) => statuses.at(-1) === "offline");
    for (const room of rooms.slice(0, 6)) await say(store, room, 1_200);
    const [begun = ""] = await begin(store, "ada", [2]);
    network.become("calm");
    await heard.until(({ statuses }) => statuses.at(-1) === "catching_up");
    for (const room of [...rooms, begun]) await say(store, room, 3);
    await heard.until(({ messages }) => messages.length >= 6 * 1_203 + 8);
    await heard.untilLive();
    for (const [n, room] of rooms.entries()) {
      expect(heard.seqsOf(room)).toEqual(upTo(n + (n < 6 ? 1_203 : 3), n + 1));
    }
    expect(heard.seqsOf(begun)).toEqual(upTo(5));
    expect(heard.events.slice(1)).toEqual([
      { type: "joined", conversation_id: begun, user_id: "ada", last_seq: 0 },
    ]);
  });

  test("hands over what was said since a joining while it was away, and nothing of before", async () => {
    await using running = await startBehindNetwork();
    const { store, network, chat } = running;
    const [room = ""] = await begin(store, "bob", [20]);
    using following = await follow(chat, "ada");
    const { heard } = following;
    network.become("away");
    network.cut();
    await heard.until(({ statuses }) => statuses.at(-1) === "offline");
    const said = Date.now();
    await until(() => Date.now() > said, { timeoutMs: 1_000, what: "the clock goes on" });
    await store.members.join({ conversation_id: room, user_id: "ada" });
    await say(store, room, 5);
    network.become("calm");
    await heard.until(({ messages }) => messages.length >= 5);
    await heard.untilLive();
    expect(heard.seqsOf(room)).toEqual(upTo(25, 21));
    expect(heard.events.slice(1)).toEqual([
      { type: "joined", conversation_id: room, user_id: "ada", last_seq: 20 },
    ]);
  });

  test("tells what was left while it was away", async () => {
    await using running = await startBehindNetwork();
    const { store, network, chat } = running;
    const [left = "", kept = ""] = await begin(store, "ada", [20, 3]);
    using following = await follow(chat, "ada");
    const { heard } = following;
    network.become("away");
    network.cut();
    await heard.until(({ statuses }) => statuses.at(-1) === "offline");
    await store.members.leave({ conversation_id: left, user_id: "ada" });
    await say(store, left, 2);
    await say(store, kept, 2);
    network.become("calm");
    await heard.until(({ messages }) => messages.length >= 2);
    await heard.untilLive();
    await say(store, kept);
    await heard.until(({ messages }) => messages.length >= 3);
    expect([heard.seqsOf(left), heard.seqsOf(kept)]).toEqual([[], [4, 5, 6]]);
    expect(heard.events.slice(1)).toEqual([
      { type: "left", conversation_id: left, user_id: "ada", last_seq: 20 },
    ]);
  });

  test("loses nothing through cuts, by handlers and by a slow loop", async () => {
    await using running = await startBehindNetwork();
    const { store, network, chat } = running;
    const [first = "", second = ""] = await begin(store, "ada", [0, 0]);
    using following = await follow(chat, "ada");
    const { heard } = following;
    const looped: HeardUser = new Heard();
    const leaving = new AbortController();
    const loop = async () => {
      const options = { signal: leaving.signal, onState: looped.onState };
      for await (const event of chat.user("ada").events(options)) {
        if (event.type !== "message") continue;
        if (event.message.seq % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        looped.onMessage(event.message);
      }
    };
    const looping = loop();
    await looped.untilLive();
    for (let round = 1; round <= 2; round++) {
      await Promise.all([heard.untilLive(), looped.untilLive()]);
      await say(store, first, 100);
      network.cut();
      await say(store, second, 400);
    }
    for (const one of [heard, looped]) {
      await one.until(({ messages }) => messages.length >= 1_000);
      expect(one.seqsOf(first)).toEqual(upTo(200));
      expect(one.seqsOf(second)).toEqual(upTo(800));
      expect(one.statuses.filter((status) => status === "offline").length).toBe(2);
    }
    leaving.abort();
    await looping;
  }, 60_000);

  test("is told of another epoch, and begins anew", async () => {
    await using folder = await newFolder();
    await using other = await newFolder();
    const [port = 0] = await findFreePorts(1);
    const env = { PORT: String(port) };
    await using first = await startProcess({ cwd: folder.path, env });
    const chat = createChatClient({ url: first.url, userId: "ada" });
    const send = (content: string) => chat.messages.send({ content, conversation_id: "tea" });
    await send("one");
    await send("two");
    using following = await follow(chat, "ada");
    const { heard } = following;
    await first.stop("SIGKILL");
    await using _second = await startProcess({ cwd: other.path, env });
    await send("other one");
    await heard.until(({ kinds }) => kinds.includes("reset") && kinds.at(-1) === "heads");
    await heard.untilLive();
    await send("other two");
    await heard.until(({ messages }) => messages.length > 0);
    expect(heard.events).toEqual([
      { type: "heads", heads: [{ conversation_id: "tea", last_seq: 2 }] },
      { type: "reset" },
      { type: "heads", heads: [{ conversation_id: "tea", last_seq: 1 }] },
    ]);
    expect(heard.messages.map(({ content }) => content)).toEqual(["other two"]);
  }, 30_000);

  test("follows the client's own user where none is named, and is closed where there is none", async () => {
    await using running = await startChat();
    const { url, store } = running.server;
    const [room = ""] = await begin(store, "ada", [1]);
    const own = createChatClient({ url, userId: "ada" });
    const heard: HeardUser = new Heard();
    const subscription = own.user().subscribe(heard);
    await heard.untilLive();
    subscription.close();
    expect(heard.events).toEqual([
      { type: "heads", heads: [{ conversation_id: room, last_seq: 1 }] },
    ]);
    const nobody = createChatClient({ url, token: "a-key-of-a-server" });
    const refused = nobody.user().subscribe({ onMessage: () => {} });
    expect(await refused.closed).toMatchObject({ code: "validation_failed" });
  });
});
