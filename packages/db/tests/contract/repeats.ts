import { expect, it } from "vitest";
import type { NewMessage } from "../../src/ports/log.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, streamOf } from "../../src/stream.ts";
import { appendAll, expectRefusal, idsOf, outcomesOf, readLog, send } from "../log.ts";
import { newMessage, newMessages, newNote, unique, upTo } from "../make.ts";

/** Exactly one stored message for an id in its stream, for as long as the message lives. */
export function repeatsContract(store: () => ChatStore): void {
  it("answers a repeat with the stored message", async () => {
    const message = newMessage();
    const first = await send(store(), message);
    expect(await send(store(), message)).toEqual({ ...first, created: false });
    expect(await readLog(store(), streamOf(message))).toEqual([first.message]);
  });

  it("answers a repeat after a thousand other messages", async () => {
    const message = newMessage();
    const { conversation_id } = message;
    const first = await send(store(), message);
    await appendAll(store(), newMessages(1_000, { conversation_id }));
    expect(await send(store(), message)).toEqual({ ...first, created: false });
    expect(await readHead(store().log, streamOf(message))).toBe(1_001);
  });

  it("stores one of 50 equal sends at once and answers all alike", async () => {
    const message = newMessage();
    const answers = await appendAll(
      store(),
      upTo(50).map(() => ({ ...message })),
    );
    const log = await readLog(store(), streamOf(message));
    expect(log).toHaveLength(1);
    expect(answers.map((answer) => answer.message)).toEqual(upTo(50).map(() => log[0]));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
  });

  it("stores the first of two bodies that are sent under one id at once", async () => {
    const message = newMessage();
    const outcomes = await outcomesOf(store(), [message, { ...message, content: "other" }]);
    expect(outcomes).toEqual(["created", "conflict"]);
    expect(await readLog(store(), streamOf(message))).toMatchObject([{ content: "hello" }]);
  });

  it("lets nobody join by another message under an id that is sent at once", async () => {
    const message = newMessage();
    const id = message.conversation_id ?? "";
    const outcomes = await outcomesOf(store(), [message, { ...message, user_id: "mallory" }]);
    expect(outcomes).toEqual(["created", "conflict"]);
    expect(await store().conversations.get([id], 0)).toMatchObject([{ user_ids: ["alice"] }]);
  });

  it("answers the same id twice in one group as stored, then repeated", async () => {
    const message = newMessage();
    const { conversation_id } = message;
    const answers = await appendAll(store(), [
      ...newMessages(2, { conversation_id }),
      message,
      message,
      ...newMessages(1, { conversation_id }),
    ]);
    expect(answers.map((answer) => answer.message.seq)).toEqual([1, 2, 3, 3, 4]);
    expect(answers.map((answer) => answer.created)).toEqual([true, true, true, false, true]);
  });

  const otherBodies: [string, Partial<NewMessage>][] = [
    ["content", { content: "goodbye" }],
    ["content in another normal form", { content: "cafe\u0301" }],
    ["content with a space more", { content: "caf\u00e9 " }],
    ["sender", { user_id: "mallory" }],
  ];
  it.each(otherBodies)("refuses a known id with other %s and changes nothing", async (_, other) => {
    const message = newMessage({ content: "caf\u00e9" });
    const id = message.conversation_id ?? "";
    const first = await send(store(), message);
    const before = await store().conversations.get([id], 50);
    await expectRefusal(send(store(), { ...message, ...other }), "conflict");
    expect(await readLog(store(), streamOf(message))).toEqual([first.message]);
    expect(await store().conversations.get([id], 50)).toEqual(before);
  });

  it("takes the same id in another conversation for another message", async () => {
    const message = newMessage();
    const elsewhere = { ...message, conversation_id: unique("room"), content: "elsewhere" };
    await send(store(), message);
    expect(await send(store(), elsewhere)).toMatchObject({
      created: true,
      message: { seq: 1, content: "elsewhere" },
    });
  });

  it("takes the same id in a conversation and among notes for different messages", async () => {
    const [ann, bob] = [unique("ann"), unique("bob")];
    const message = newMessage({ user_id: ann });
    const outcomes = await outcomesOf(store(), [
      message,
      newNote({ ...message, content: "note" }),
      newNote({ ...message, content: "note", user_id: bob }),
    ]);
    expect(outcomes).toEqual(["created", "created", "created"]);
  });

  it("takes a repeat without a timestamp for the same message", async () => {
    const message = newMessage();
    const timestamp = "2004-12-25T09:14:00Z";
    const first = await send(store(), { ...message, timestamp });
    expect(await send(store(), message)).toEqual({ ...first, created: false });
  });

  it("takes a repeat with the stored timestamp, however it is written, for the same message", async () => {
    const message = newMessage();
    const spellings = [
      "2004-12-25T09:14:00Z",
      "2004-12-25T09:14:00.000Z",
      "2004-12-25T10:14+01:00",
    ];
    const repeats = spellings.map((timestamp) => ({ ...message, timestamp }));
    await send(store(), { ...message, timestamp: "2004-12-25T09:14:00Z" });
    expect(await outcomesOf(store(), repeats)).toEqual(["repeated", "repeated", "repeated"]);
  });

  it("refuses a known id with another timestamp", async () => {
    const message = newMessage();
    await send(store(), message);
    const backdated = { ...message, timestamp: "2004-12-25T09:14:00Z" };
    await expectRefusal(send(store(), backdated), "conflict");
    const log = await readLog(store(), streamOf(message));
    expect(log[0]?.timestamp).not.toBe("2004-12-25T09:14:00.000Z");
  });

  it("does not take a repeat for activity", async () => {
    const id = unique("room");
    const old = newMessage({ conversation_id: id, timestamp: "2004-12-25T09:14:00Z" });
    await send(store(), old);
    await send(store(), newMessage({ conversation_id: id }));
    const before = await store().conversations.get([id], 50);
    await send(store(), old);
    expect(await store().conversations.get([id], 50)).toEqual(before);
  });

  it("does not bring a removed member back by a repeat", async () => {
    const message = newMessage();
    const id = message.conversation_id ?? "";
    await send(store(), message);
    await store().members.leave({ conversation_id: id, user_id: "alice" });
    expect(await outcomesOf(store(), [message])).toEqual(["repeated"]);
    expect(await store().conversations.get([id], 0)).toMatchObject([{ member_count: 0 }]);
  });

  it("tells ids apart that differ by case or look like numbers or properties", async () => {
    const conversation_id = unique("room");
    const ids = [
      ...["abcdefgh", "ABCDEFGH", "abcdefgH", "00000001", "00000010", "1e100000", "--------"],
      ...["__proto__", "constructor", "toString", "hasOwnProperty", "x".repeat(64), "x".repeat(63)],
    ];
    const messages = ids.map((id) => newMessage({ id, conversation_id }));
    const outcomes = await outcomesOf(store(), [...messages, ...messages]);
    expect(outcomes).toEqual([...ids.map(() => "created"), ...ids.map(() => "repeated")]);
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(idsOf(log)).toEqual(ids);
  });
}
