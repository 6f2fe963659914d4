import { expect, it } from "vitest";
import type { ListedMember } from "../../src/ports/members.ts";
import type { ChatStore } from "../../src/store.ts";
import { send } from "../log.ts";
import { newMessage, newUsers, unique } from "../make.ts";

/** Questions about members: is one there, and who are they all. */
export function membershipContract(store: () => ChatStore): void {
  it("knows who is in a conversation, joined, sent to it, left it and came back", async () => {
    const id = unique("room");
    const has = (user_id: string) => store().members.has({ conversation_id: id, user_id });
    expect(await has("ann")).toBe(false);
    await store().conversations.create({ id, user_ids: ["ann"] });
    expect([await has("ann"), await has("bob")]).toEqual([true, false]);
    await store().members.join({ conversation_id: id, user_id: "bob" });
    expect(await has("bob")).toBe(true);
    await send(store(), newMessage({ conversation_id: id, user_id: "cy" }));
    expect(await has("cy")).toBe(true);
    for (const user_id of ["ann", "cy"]) {
      await store().members.leave({ conversation_id: id, user_id });
      expect(await has(user_id)).toBe(false);
    }
    await store().members.join({ conversation_id: id, user_id: "ann" });
    expect(await has("ann")).toBe(true);
  });

  it("does not take one name for another", async () => {
    const [id, other] = [unique("room"), unique("room")];
    await store().conversations.create({ id, user_ids: [other] });
    await store().conversations.create({ id: other, user_ids: ["ann"] });
    expect(await store().members.has({ conversation_id: other, user_id: id })).toBe(false);
    expect(await store().members.has({ conversation_id: id, user_id: "ann" })).toBe(false);
  });

  it.each([1, 7, 30, 31, 100])("lists members %i at a time, each once, in order", async (limit) => {
    const id = unique("room");
    const users = newUsers(30);
    await store().conversations.create({ id, user_ids: users });
    const listed: ListedMember[] = [];
    for (;;) {
      const after = listed.at(-1);
      const page = await store().members.list(id, { limit, ...(after && { after }) });
      expect(page.length).toBeLessThanOrEqual(limit);
      if (page.length === 0) break;
      listed.push(...page);
    }
    expect(listed.map(({ user_id }) => user_id)).toEqual(users);
    for (const { joined_at } of listed) expect(joined_at).toBeInstanceOf(Date);
  });

  it("lists on behind a member who left meanwhile", async () => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["ann", "bob", "cy", "dan"] });
    const [, after] = await store().members.list(id, { limit: 2 });
    if (!after) throw new Error("the list is too short");
    await store().members.leave({ conversation_id: id, user_id: "bob" });
    await store().members.join({ conversation_id: id, user_id: "eve" });
    const rest = await store().members.list(id, { limit: 10, after });
    expect(rest.map(({ user_id }) => user_id)).toEqual(["cy", "dan", "eve"]);
  });

  it("lists nobody of an unknown conversation", async () => {
    expect(await store().members.list(unique("room"), { limit: 10 })).toEqual([]);
  });
}
