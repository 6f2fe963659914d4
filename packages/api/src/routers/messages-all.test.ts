import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { append } from "../../tests/append.ts";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("messages.all", () => {
  // It reads in chunks of 32, 64, 128, 256, 256 and so on.
  it.each([0, 1, 32, 480, 481, 600])("returns all of a log of %d, oldest first", async (length) => {
    const room = randomUUID();
    await say(room, length);
    const seqs: number[] = [];
    for await (const { seq } of await api.messages.all({ conversation_id: room })) seqs.push(seq);
    expect(seqs).toEqual(Array.from({ length }, (_, index) => index + 1));
  });

  it("ends at the head of the call, whatever is sent meanwhile", async () => {
    const room = randomUUID();
    await say(room, 300);
    let count = 0;
    for await (const { seq } of await api.messages.all({ conversation_id: room })) {
      expect(seq).toBe(++count);
      if (seq % 100 === 1) await say(room, 10);
    }
    expect(count).toBe(300);
  });

  it("can be stopped half-way and started again", async () => {
    const room = randomUUID();
    await say(room, 3);
    for (let round = 0; round < 2; round++) {
      for await (const { seq } of await api.messages.all({ conversation_id: room })) {
        expect(seq).toBe(1);
        break;
      }
    }
  });

  it("separates the messages of a conversation from the notes of a user with its id", async () => {
    const name = randomUUID();
    await api.notes.send({ user_id: name, content: "a note" });
    await say(name, 1);
    const contents: string[] = [];
    for await (const { content } of await api.messages.all({ conversation_id: name })) {
      contents.push(content);
    }
    expect(contents).toEqual(["1"]);
  });

  it("refuses an invalid id before anything is read", async () => {
    await expect(api.messages.all({ conversation_id: "\0" })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "conversation_id" }] },
    });
  });

  it("fails when the store is closed half-way, instead of ending early", async () => {
    const closing = openSqliteStore(":memory:");
    const caller = createCaller(createContext({ store: closing, caller: trustedCaller }));
    const messages = Array.from({ length: 600 }, () => ({
      id: randomUUID(),
      user_id: "alice",
      content: "hi",
      conversation_id: "room",
    }));
    for (const message of messages) await append(closing, message);
    const read = async () => {
      for await (const { seq } of await caller.messages.all({ conversation_id: "room" })) {
        if (seq === 100) await closing.close();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "closed" });
  });
});

async function say(conversation_id: string, count: number): Promise<void> {
  const sends = Array.from({ length: count }, (_, index) =>
    api.messages.send({ user_id: "alice", content: `${index + 1}`, conversation_id }),
  );
  await Promise.all(sends);
}
