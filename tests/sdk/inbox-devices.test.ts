import { cp } from "node:fs/promises";
import { join } from "node:path";
import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { type RunningServer, runChatnest, startServer as startProcess } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { startServer } from "../support/server.ts";
import { lookIn, readTruth, untilTrue } from "./inboxing.ts";
import { MoodyNetwork } from "./moody-network.ts";

/** Creates a device of ada, whose network can be taken away. */
function createDevice(url: string) {
  const network = new MoodyNetwork();
  const fetch = network.fetch as unknown as typeof globalThis.fetch;
  return { network, chat: createChatClient({ url, userId: "ada", fetch }) };
}

/** Fills conversations that ada and bob are in. */
async function fill(url: string, ids: readonly string[]): Promise<void> {
  const bob = createChatClient({ url, userId: "bob" });
  for (const id of ids) {
    await bob.conversations.create({ id, user_ids: ["ada", "bob"] });
    for (const content of ["one", "two", "three"]) {
      await bob.messages.send({ conversation_id: id, content });
    }
  }
}

test("two devices agree after marks, of which one was away for a while", async () => {
  await using server = await startServer();
  const bob = createChatClient({ url: server.url, userId: "bob" });
  await fill(server.url, ["tea", "coffee", "milk"]);
  const [desk, phone] = [createDevice(server.url), createDevice(server.url)];
  using atDesk = lookIn(desk.chat.inbox());
  using onPhone = lookIn(phone.chat.inbox());
  for (const looking of [atDesk, onPhone]) await looking.untilLive();
  phone.network.goAway();
  await onPhone.until(({ state }) => state.status === "offline");
  // What is marked while away is sent later, and does not undo what was marked meanwhile.
  onPhone.inbox.markRead("tea");
  onPhone.inbox.markRead("coffee");
  expect(onPhone.now.totals?.messages).toBe(3);
  await atDesk.inbox.markUnread("coffee", 2);
  atDesk.inbox.markRead("milk");
  await atDesk.inbox.update("milk", { pinned: true });
  await bob.messages.send({ conversation_id: "tea", content: "four" });
  await bob.messages.delete({ conversation_id: "coffee", seq: 3 });
  await ada(server.url).conversations.removeMember({ conversation_id: "milk", user_id: "ada" });
  await bob.conversations.create({ id: "water", user_ids: ["ada", "bob"] });
  phone.network.comeBack();
  await onPhone.until(({ conversations: [first] }) => first?.id === "water", 40_000);
  const isMarked = async () => (await readTruth(bob, "ada")).totals?.messages === 2;
  await expect.poll(isMarked, { timeout: 40_000 }).toBe(true);
  await untilTrue([atDesk, onPhone], () => readTruth(bob, "ada"));
  expect(atDesk.find("coffee")).toMatchObject({ revision: 1, read_seq: 1, unread_count: 1 });
  expect(atDesk.find("tea")).toMatchObject({ read_seq: 3, unread_count: 1 });
}, 90_000);

test.each(["SIGKILL", "SIGTERM"] as const)(
  "two devices agree after a %s and a start of the server",
  async (signal) => {
    await using folder = await newFolder();
    const { path: cwd } = folder;
    const first = await startProcess({ cwd });
    const { url, port } = first;
    await fill(url, ["tea", "coffee"]);
    const devices = [createDevice(url), createDevice(url)];
    using atDesk = lookIn(devices[0]?.chat.inbox() ?? fail());
    using onPhone = lookIn(devices[1]?.chat.inbox() ?? fail());
    for (const looking of [atDesk, onPhone]) await looking.untilLive();
    atDesk.inbox.markRead("tea");
    await onPhone.until(({ totals }) => totals?.messages === 3);
    await first.stop(signal);
    await onPhone.until(({ state }) => state.status !== "live");
    onPhone.inbox.markRead("coffee", 2);
    await using _second = await startProcess({ cwd, env: { PORT: String(port) } });
    const bob = createChatClient({ url, userId: "bob" });
    await bob.messages.send({ conversation_id: "tea", content: "four", mentions: ["ada"] });
    const expected = { conversations: 2, messages: 2, mentions: 1 };
    for (const looking of [atDesk, onPhone]) {
      await looking.until(({ totals }) => totals?.messages === 2 && totals.mentions === 1, 40_000);
    }
    await untilTrue([atDesk, onPhone], () => readTruth(bob, "ada"));
    expect(atDesk.now.totals).toEqual(expected);
  },
  90_000,
);

test("two devices show what is so after a backup was restored", async () => {
  await using folder = await newFolder();
  const { path: cwd } = folder;
  let server: RunningServer = await startProcess({ cwd });
  const { url, port } = server;
  const again = async () => {
    server = await startProcess({ cwd, env: { PORT: String(port) } });
  };
  await fill(url, ["tea", "coffee"]);
  await server.stop();
  await cp(join(cwd, "data"), join(cwd, "backup"), { recursive: true });
  await again();
  const devices = [createDevice(url), createDevice(url)];
  using atDesk = lookIn(devices[0]?.chat.inbox() ?? fail());
  using onPhone = lookIn(devices[1]?.chat.inbox() ?? fail());
  for (const looking of [atDesk, onPhone]) await looking.untilLive();
  // All of this is lost.
  const bob = createChatClient({ url, userId: "bob" });
  await fill(url, ["milk"]);
  for (let n = 0; n < 5; n++) await bob.messages.send({ conversation_id: "tea", content: "lost" });
  atDesk.inbox.markRead("tea");
  await onPhone.inbox.markUnread("coffee", 2);
  await atDesk.inbox.update("coffee", { pinned: true });
  await untilTrue([atDesk, onPhone], () => readTruth(bob, "ada"));
  await server.stop();
  await cp(join(cwd, "backup"), join(cwd, "data"), { recursive: true, force: true });
  expect((await runChatnest(["restored"], { cwd })).code).toBe(0);
  await again();
  try {
    for (const looking of [atDesk, onPhone]) {
      await looking.until(({ conversations }) => conversations.length === 2, 40_000);
      await looking.untilLive();
    }
    await bob.messages.send({ conversation_id: "coffee", content: "four" });
    await untilTrue([atDesk, onPhone], () => readTruth(bob, "ada"));
    expect(atDesk.now.conversations.map(({ id, last_seq }) => [id, last_seq])).toEqual([
      ["coffee", 4],
      ["tea", 3],
    ]);
    expect(atDesk.find("coffee")).toMatchObject({ pinned: false, revision: 0, unread_count: 4 });
    onPhone.inbox.markRead("coffee");
    await untilTrue([atDesk, onPhone], () => readTruth(bob, "ada"));
    expect(atDesk.find("coffee")).toMatchObject({ read_seq: 4, unread_count: 0 });
  } finally {
    await server.stop("SIGKILL");
  }
}, 90_000);

function ada(url: string) {
  return createChatClient({ url, userId: "ada" });
}

function fail(): never {
  throw new Error("there are two");
}
