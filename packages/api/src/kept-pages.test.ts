import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { describe, expect, it, vi } from "vitest";
import { storeEntry, storeMessage } from "../tests/store-entry.ts";
import { type Caller, trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { createCaller } from "./root.ts";

describe("the newest page", () => {
  async function openRoom() {
    const store = openSqliteStore(":memory:");
    const page = vi.spyOn(store.messages, "page");
    const room = randomUUID();
    const said = await storeMessage(store, room, "secret");
    const as = (caller: Caller) => createCaller(createContext({ store, caller })).messages;
    return { store, page, room, said, api: as(trustedCaller), as };
  }

  it("is read from the store once, and again after each entry of any kind", async () => {
    const { store, page, room, said, api } = await openRoom();
    const read = () => api.page({ conversation_id: room, limit: 10 });
    const first = await read();
    expect((await read()).messages).toBe(first.messages);
    expect(page).toHaveBeenCalledTimes(1);
    const target = { conversation_id: room, target_seq: said.seq };
    await storeEntry(store, { kind: "edit", content: "edited", ...target });
    expect((await read()).messages[0]?.content).toBe("edited");
    await storeEntry(store, { kind: "reaction", key: "👍", added: true, ...target });
    expect((await read()).messages[0]?.reactions).toHaveLength(1);
    await storeEntry(store, { kind: "deletion", ...target });
    expect((await read()).messages).toEqual([]);
    expect(page).toHaveBeenCalledTimes(4);
    await store.close();
  });

  it("is kept apart for each limit and view", async () => {
    const { store, room, api } = await openRoom();
    await storeMessage(store, room, "reply");
    await store.log.append({
      kind: "message",
      id: randomUUID(),
      user_id: "ann",
      conversation_id: room,
      content: "in the thread",
      thread_seq: 1,
    });
    for (let times = 0; times < 2; times++) {
      const count = async (view: object) =>
        (await api.page({ conversation_id: room, ...view })).messages.length;
      expect(await count({})).toBe(3);
      expect(await count({ limit: 1 })).toBe(1);
      expect(await count({ view: "main" })).toBe(2);
      const { messages } = await api.replies({ conversation_id: room, seq: 1 });
      expect(messages).toHaveLength(1);
    }
    await store.close();
  });

  it("is not shown from memory to those who are no members", async () => {
    const { store, room, api, as } = await openRoom();
    await api.page({ conversation_id: room });
    const user = (user_id: string) =>
      as({ kind: "user", user_id, expiresAt: Date.now() + 60_000 }).page({ conversation_id: room });
    expect((await user("ann")).messages).toHaveLength(1);
    await expect(user("eve")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await store.members.leave({ conversation_id: room, user_id: "ann" });
    await expect(user("ann")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await store.close();
  });
});
