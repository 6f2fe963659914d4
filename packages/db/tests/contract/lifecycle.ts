import { expect, it } from "vitest";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream } from "../../src/stream.ts";
import { appendAll, expectRefusal, send } from "../log.ts";
import { newMessage, newMessages, newNote, unique } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";

/** Opening and closing; each of these opens a store of its own. */
export function lifecycleContract(open: OpenStore): void {
  it("answers a ping while it is open", async () => {
    await using opened = await open();
    expect(await opened.store.ping()).toBeUndefined();
  });

  it("can be closed twice, also at once", async () => {
    await using opened = await open();
    await Promise.all([opened.store.close(), opened.store.close()]);
    expect(await opened.store.close()).toBeUndefined();
  });

  it("refuses every call after it was closed", async () => {
    await using opened = await open();
    const message = newMessage();
    await send(opened.store, message);
    await opened.store.close();
    for (const call of everyCall(opened.store)) await expectRefusal(call(), "closed");
    await expectRefusal(send(opened.store, message), "closed");
  });

  it("refuses every call made while it closes", async () => {
    await using opened = await open();
    await appendAll(opened.store, newMessages(10, { conversation_id: unique("room") }));
    const closing = opened.store.close();
    const calls = everyCall(opened.store).map((call) => expectRefusal(call(), "closed"));
    await Promise.all([...calls, closing]);
  });

  it("stores and answers what was sent before it was closed", async () => {
    await using opened = await open();
    const conversation_id = unique("room");
    const sends = appendAll(opened.store, newMessages(300, { conversation_id }));
    const [answers] = await Promise.all([sends, opened.store.close()]);
    expect(answers.map((answer) => answer.message.seq)).toEqual(
      answers.map((_, index) => index + 1),
    );
  });

  it("answers the calls that were under way when it was closed, or says that it is closed", async () => {
    await using opened = await open();
    await send(opened.store, newMessage());
    const calls = everyCall(opened.store).map((call) => call());
    const settled = Promise.allSettled(calls);
    await opened.store.close();
    for (const outcome of await settled) {
      if (outcome.status === "fulfilled") continue;
      expect(outcome.reason).toMatchObject({ name: "StoreError", code: "closed" });
    }
  });

  it("starts empty", async () => {
    await using one = await open();
    const message = newMessage();
    await send(one.store, message);
    await using other = await open();
    const id = message.conversation_id ?? "";
    expect(await other.store.conversations.get([id], 50)).toEqual([]);
    expect(await readHead(other.store.log, conversationStream(id))).toBe(0);
  });
}

/** Every call that succeeds on a store where nothing is known. */
function everyCall(store: ChatStore): (() => Promise<unknown>)[] {
  const { conversations, log, members, messages, reads } = store;
  const stream = conversationStream(unique("room"));
  const [created, joined] = [unique("room"), unique("room")];
  return [
    () => store.ping(),
    () => log.append(newMessage({ conversation_id: joined, user_id: "ann" })),
    () => log.append(newNote({ user_id: unique("ann") })),
    () => messages.page(stream, { limit: 10, from: "newest" }),
    () => messages.get(noteStream("ann"), 1),
    () => messages.readOn(stream, { after: 0, limit: 10 }),
    () => log.page(stream, { limit: 10, from: "newest" }),
    () => log.heads([stream]),
    () => members.has({ conversation_id: created, user_id: "ann" }),
    () => members.list(created, { limit: 10 }),
    () => conversations.create({ id: created, user_ids: ["ann"] }),
    () => conversations.get([created], 50),
    () => conversations.inbox("ann", { limit: 10 }),
    () => conversations.itemsOf("ann", [created]),
    () => reads.list(created, { limit: 10 }),
    () => reads.totals("ann"),
  ];
}
