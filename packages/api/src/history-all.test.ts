import { type ChatStore, conversationStream, openSqliteStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { append } from "../tests/append.ts";
import { readAll } from "./history.ts";

const room = conversationStream("room");

async function openStore(count: number): Promise<ChatStore> {
  const store = openSqliteStore(":memory:");
  for (let n = 1; n <= count; n++) {
    const message = { id: `message-${n}`, user_id: "ann", content: "x", conversation_id: "room" };
    await append(store, message);
  }
  return store;
}

it.each([0, 5])(
  "never ends early where a new primary shows %i of 10 messages yet",
  async (shown) => {
    const store = await openStore(10);
    const behind = await openStore(shown);
    const reading = readAll({ ...store, messages: behind.messages }, room);
    const read: number[] = [];
    const ended = (async () => {
      for await (const { seq } of reading) read.push(seq);
    })();
    await expect(ended).rejects.toMatchObject({ code: "unavailable" });
    expect(read).toHaveLength(shown);
    await behind.close();
    await store.close();
  },
);
