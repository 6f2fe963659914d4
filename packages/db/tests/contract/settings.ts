import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { newUsers, unique } from "../make.ts";
import { newChat, Reader } from "../reader.ts";

const none = { muted_until: null, pinned: false, archived: false };
const late = "2999-01-01T00:00:00.000Z";
const early = "1999-01-01T00:00:00.000Z";

/** What members set for themselves: mute, pin, archive. */
export function settingsContract(store: () => ChatStore): void {
  it("are changed one by one, and the others stay", async () => {
    const { ann } = await newChat(store);
    expect(await ann.settings()).toEqual(none);
    expect(await ann.set({ pinned: true })).toEqual({ ...none, pinned: true });
    expect(await ann.set({ muted_until: late })).toEqual({
      ...{ muted_until: late, pinned: true, archived: false },
    });
    const all = { muted_until: late, pinned: true, archived: true };
    expect(await ann.set({ archived: true })).toEqual(all);
    expect(await ann.settings()).toEqual(all);
    expect(await ann.set({})).toEqual(all);
    expect(await ann.set({ muted_until: null, archived: false })).toEqual({
      ...none,
      pinned: true,
    });
    expect(await ann.set({ pinned: false })).toEqual(none);
    expect(await ann.settings()).toEqual(none);
  });

  it("are private to the user", async () => {
    const { room, ann, bob } = await newChat(store);
    const before = await store().conversations.get([room.id], 0);
    await ann.set({ muted_until: late, pinned: true, archived: true });
    expect(await bob.settings()).toEqual(none);
    expect(await store().conversations.get([room.id], 0)).toEqual(before);
    expect(await room.head()).toBeUndefined();
  });

  it("change nothing of what is read", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of newUsers(3)) await room.say({ user_id: bob.id, mentions: "everyone" });
    await ann.unread(2);
    const { read_seq, revision, unread_count, mention_count } = await ann.item();
    await ann.set({ muted_until: late, pinned: true, archived: true });
    expect(await ann.item()).toMatchObject({ read_seq, revision, unread_count, mention_count });
    await ann.read(3);
    expect(await ann.settings()).toEqual({ muted_until: late, pinned: true, archived: true });
  });

  it.each([
    ["2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T00:00Z", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T00:00:00.123456Z", "2030-01-01T00:00:00.123Z"],
    ["1960-06-01T12:00:00-12:00", "1960-06-02T00:00:00.000Z"],
    [late, late],
  ])("show a mute until %s as %s", async (given, expected) => {
    const { ann } = await newChat(store);
    expect(await ann.set({ muted_until: given })).toMatchObject({ muted_until: expected });
    expect(await ann.settings()).toEqual({ ...none, muted_until: expected });
  });

  it.each(["", "tomorrow", "2030-01-01", "2030-01-01T00:00:00", "2030-13-01T00:00:00Z", "1e9"])(
    'refuse a mute until "%s"',
    async (muted_until) => {
      const { ann } = await newChat(store);
      const refused = { name: "StoreError", code: "invalid", field: "muted_until" };
      await expect(ann.set({ muted_until, pinned: true })).rejects.toMatchObject(refused);
      expect(await ann.settings()).toEqual(none);
    },
  );

  it("are those of members", async () => {
    const { room, ann, other } = await newChat(store);
    const nowhere = new Reader(store, { ...ann.member, conversation_id: unique("room") });
    for (const reader of [other("cy"), nowhere]) {
      await expectRefusal(reader.set({ pinned: true }), "not_found");
      await expectRefusal(reader.set({}), "not_found");
      expect(await store().conversations.inbox(reader.id, { limit: 2 })).toHaveLength(
        reader.id === ann.id ? 1 : 0,
      );
    }
    expect(await store().members.list(room.id, { limit: 10 })).toHaveLength(2);
  });

  it("all take effect that come at once", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await Promise.all([
      ann.set({ pinned: true }),
      ann.read(1),
      ann.set({ muted_until: late }),
      bob.set({ pinned: true }),
      ann.set({ archived: true }),
      ann.unread(1),
    ]);
    expect(await ann.settings()).toEqual({ muted_until: late, pinned: true, archived: true });
    expect(await ann.item()).toMatchObject({ revision: 1 });
    expect(await bob.settings()).toEqual({ ...none, pinned: true });
  });

  it.each<[string, "ann" | "bob"]>([
    ["somebody else's", "bob"],
    ["one's own", "ann"],
  ])("let an archived conversation return with the next message, %s", async (_, author) => {
    const chat = await newChat(store);
    const { room, ann } = chat;
    await room.say();
    await ann.set({ archived: true });
    await room.react(1, "+1", chat.bob.id);
    await room.edit(1, { content: "edited" });
    await ann.read(3);
    await room.remove(1);
    expect(await ann.settings()).toEqual({ ...none, archived: true });
    await room.say({ user_id: chat[author].id });
    expect(await ann.settings()).toEqual(none);
    // Deleting that message does not archive it again.
    await room.remove(5);
    expect(await ann.settings()).toEqual(none);
    expect(await ann.set({ archived: true })).toEqual({ ...none, archived: true });
  });

  it("do not archive again what has returned, when an older message is stored", async () => {
    const { room, ann } = await newChat(store);
    await ann.set({ archived: true, muted_until: "2020-01-01T00:00:00.000Z" });
    await room.say({ timestamp: "2021-01-01T00:00:00.000Z" });
    expect(await ann.settings()).toMatchObject({ archived: false });
    expect(await ann.set({ archived: false })).toMatchObject({ archived: false });
    await room.say({ timestamp: "2019-01-01T00:00:00.000Z" });
    expect(await ann.settings()).toMatchObject({ archived: false });
  });

  it("keep an archived conversation away as long as it is muted", async () => {
    const { room, ann, bob } = await newChat(store);
    const user_id = bob.id;
    const muted_until = "2040-01-01T00:00:00.000Z";
    await ann.set({ archived: true, muted_until });
    await room.say({ user_id });
    await room.say();
    await room.say({ user_id, timestamp: muted_until });
    expect(await ann.settings()).toEqual({ ...none, muted_until, archived: true });
    await room.say({ user_id, timestamp: "2040-01-01T00:00:00.001Z" });
    expect(await ann.settings()).toEqual({ ...none, muted_until });
  });

  it("let it return at once when the mute is over, which ended long ago", async () => {
    const { room, ann, bob } = await newChat(store);
    await ann.set({ archived: true, muted_until: early });
    await room.say({ user_id: bob.id });
    expect(await ann.settings()).toEqual({ ...none, muted_until: early });
  });

  it("do not archive a conversation again that had returned, by muting it", async () => {
    const { room, ann, bob } = await newChat(store);
    await ann.set({ archived: true });
    await room.say({ user_id: bob.id });
    expect(await ann.set({ muted_until: late })).toEqual({ ...none, muted_until: late });
    await room.say({ user_id: bob.id });
    expect(await ann.settings()).toEqual({ ...none, muted_until: late });
  });

  it("do not bring back a conversation by ending its mute: its next message does", async () => {
    const { room, ann, bob } = await newChat(store);
    await ann.set({ archived: true, muted_until: late });
    await room.say({ user_id: bob.id });
    expect(await ann.set({ muted_until: null })).toEqual({ ...none, archived: true });
    expect(await ann.settings()).toEqual({ ...none, archived: true });
    await room.say({ user_id: bob.id });
    expect(await ann.settings()).toEqual(none);
  });
}
