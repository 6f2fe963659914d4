import { expect, it } from "vitest";
import type { ChatStore, StoreEvent } from "../../src/store.ts";
import { unique } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";
import { newChat, Reader } from "../reader.ts";
import { Room } from "../room.ts";

/** Keeps the events of one conversation that are not entries. */
function listen(store: ChatStore, { id }: Room) {
  const heard: StoreEvent[] = [];
  const stop = store.watch((event) => {
    if (event.kind === "missed" || event.kind === "erased" || event.kind === "entry") return;
    if (event.conversation_id === id) heard.push(event);
  });
  return { heard, [Symbol.dispose]: stop };
}

/** What a store tells of marks, settings, and changes of conversations. */
export function readEventsContract(store: () => ChatStore): void {
  it("are told of each mark and each change of settings, by the time it is answered", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    const told = { kind: "read", ...ann.member };
    for (const act of [
      () => ann.read(1),
      () => ann.unread(1),
      () => ann.set({ pinned: true }),
      () => ann.set({ muted_until: "2999-01-01T00:00:00Z", archived: true }),
    ]) {
      using events = listen(store(), room);
      await act();
      expect(events.heard).toContainEqual(told);
      expect(
        events.heard.filter((event) => "user_id" in event && event.user_id === bob.id),
      ).toEqual([]);
    }
  });

  it("are told of a title and of metadata, by the time it is answered", async () => {
    const { room } = await newChat(store);
    for (const change of [{ title: "Plans" }, { metadata: { a: 1 } }, { title: null }]) {
      using events = listen(store(), room);
      await store().conversations.update(room.id, change);
      expect(events.heard).toContainEqual({ kind: "conversation", conversation_id: room.id });
    }
  });

  it("are not told of what is refused, nor of messages and their changes", async () => {
    const { room, ann, bob, other } = await newChat(store);
    using events = listen(store(), room);
    await room.say({ user_id: bob.id, mentions: "everyone" });
    await room.say();
    await room.react(1, "+1");
    await room.remove(2);
    await Promise.allSettled([
      ...[ann.read(9), ann.unread(9), other("cy").read(1), other("cy").set({ pinned: true })],
      ...[ann.set({ muted_until: "never" }), store().conversations.update(room.id, { title: "" })],
    ]);
    const told = events.heard.filter(({ kind }) => kind === "read" || kind === "conversation");
    expect(told).toEqual([]);
  });
}

/** What instances tell of the marks, settings and conversations that others of them change. */
export function sharedReadEventsContract(open: OpenStore): void {
  it("are told by all instances that hear of each other", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    // Without change streams, each is alone.
    await expect.poll(() => b.watchState()).not.toBe("degraded");
    if (b.watchState() === "alone") return;
    const { room, ann, bob } = await newChat(() => a);
    await room.say({ user_id: bob.id });
    const read = { kind: "read", ...ann.member };
    const changed = { kind: "conversation", conversation_id: room.id };
    for (const [act, expected] of [
      [() => ann.read(1), read],
      [() => ann.unread(1), read],
      [() => ann.set({ pinned: true }), read],
      [() => ann.set({ archived: true }), read],
      [() => a.conversations.update(room.id, { title: "Plans" }), changed],
      [() => a.conversations.update(room.id, { metadata: { a: 1 } }), changed],
      [() => a.conversations.update(room.id, { title: null, metadata: null }), changed],
    ] as const) {
      using events = listen(b, room);
      await act();
      await expect.poll(() => events.heard).toContainEqual(expected);
    }
  });

  it("show at once what another has marked, set and changed", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const member = { conversation_id: unique("room"), user_id: "ann" };
    const { conversation_id: id } = member;
    await a.conversations.create({ id, user_ids: ["ann", "bob"] });
    const room = new Room(() => b, { conversation_id: id, user_id: "bob" });
    const [here, there] = [new Reader(() => a, member), new Reader(() => b, member)];
    for (const n of [1, 2, 3]) {
      const { seq } = await room.say({ mentions: ["ann"] });
      expect(await here.item()).toMatchObject({ unread_count: 1, mention_count: 1 });
      await here.read(seq);
      expect(await there.item()).toMatchObject({ read_seq: seq, unread_count: 0 });
      await there.unread(seq);
      expect(await here.item()).toMatchObject({ read_seq: seq - 1, revision: n, unread_count: 1 });
      await here.set({ pinned: n % 2 === 1, archived: true });
      expect(await there.settings()).toMatchObject({ pinned: n % 2 === 1, archived: true });
      await there.read(seq);
      await a.conversations.update(id, { title: `${n}` });
      expect(await b.conversations.get([id], 0)).toMatchObject([{ title: `${n}` }]);
    }
  });
}
