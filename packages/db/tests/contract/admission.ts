import { expect, it, vi } from "vitest";
import type { ChatStore, StoreEvent } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { expectRefusal, readLog, send } from "../log.ts";
import { newMessage, newNote, newUsers, unique } from "../make.ts";

const membersOnly = { admission: "members_only" } as const;

/** Who may add to a log where only members may. */
export function admissionContract(store: () => ChatStore): void {
  it("stores what a member sends", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    const message = newMessage({ conversation_id: id, user_id: "bob" });
    expect(await send(store(), message, membersOnly)).toMatchObject({ created: true });
    expect(await send(store(), message, membersOnly)).toMatchObject({ created: false });
    expect(await readLog(store(), conversationStream(id))).toHaveLength(1);
  });

  it("refuses a stranger, who does not become a member", async () => {
    const id = await newRoom(store(), ["ann"]);
    const message = newMessage({ conversation_id: id, user_id: "mallory" });
    await expectRefusal(send(store(), message, membersOnly), "not_member");
    expect(await store().conversations.get([id], 1)).toMatchObject([
      { user_ids: ["ann"], last_seq: 0, messages: [] },
    ]);
  });

  it("refuses a former member, also what it had sent before", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    const message = newMessage({ conversation_id: id, user_id: "bob" });
    await send(store(), message, membersOnly);
    await store().members.leave({ conversation_id: id, user_id: "bob" });
    const next = newMessage({ conversation_id: id, user_id: "bob" });
    await expectRefusal(send(store(), next, membersOnly), "not_member");
    await expectRefusal(send(store(), message, membersOnly), "not_member");
    expect(await store().conversations.get([id], 0)).toMatchObject([
      { user_ids: ["ann"], last_seq: 1 },
    ]);
  });

  it("creates no conversation", async () => {
    const id = unique("room");
    const message = newMessage({ conversation_id: id });
    await expectRefusal(send(store(), message, membersOnly), "not_member");
    expect(await store().conversations.get([id], 0)).toEqual([]);
  });

  it("lets everybody write notes", async () => {
    const note = newNote({ user_id: unique("ann") });
    expect(await send(store(), note, membersOnly)).toMatchObject({ created: true });
  });

  it("refuses strangers among members in one group, and stores what the members send", async () => {
    const id = await newRoom(store(), newUsers(20, "member"));
    const authors = [...newUsers(20, "member"), ...newUsers(20, "stranger")];
    const outcomes = await Promise.allSettled(
      authors.map((user_id) => {
        return send(store(), newMessage({ conversation_id: id, user_id }), membersOnly);
      }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(
      authors.map((_, index) => (index < 20 ? "fulfilled" : "rejected")),
    );
    expect(await readLog(store(), conversationStream(id))).toHaveLength(20);
  });

  it("keeps a member who leaves while it sends from becoming one again", async () => {
    const id = await newRoom(store(), ["ann", "bob"]);
    const joined: StoreEvent[] = [];
    const stop = store().watch((event) => {
      if (event.kind === "joined" && event.conversation_id === id) joined.push(event);
    });
    const sends = Array.from({ length: 30 }, () =>
      send(store(), newMessage({ conversation_id: id, user_id: "bob" }), membersOnly),
    );
    const leaving = store().members.leave({ conversation_id: id, user_id: "bob" });
    await Promise.allSettled([...sends, leaving]);
    expect(await store().members.has({ conversation_id: id, user_id: "bob" })).toBe(false);
    expect(joined).toEqual([]);
    stop();
  });

  it("lets an author join with its first message, never after it", async () => {
    const { now } = Date;
    let time = now();
    // A clock that goes on at every look.
    vi.spyOn(Date, "now").mockImplementation(() => ++time);
    try {
      const id = unique("room");
      const { message } = await send(store(), newMessage({ conversation_id: id, user_id: "ann" }));
      const [member] = await store().members.list(id, { limit: 1 });
      expect(member?.joined_at.getTime()).toBeLessThanOrEqual(Date.parse(message.timestamp));
    } finally {
      vi.restoreAllMocks();
    }
  });
}

async function newRoom(store: ChatStore, user_ids: string[]): Promise<string> {
  const id = unique("room");
  await store.conversations.create({ id, user_ids });
  return id;
}
