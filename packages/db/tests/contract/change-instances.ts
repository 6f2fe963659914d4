import { expect, it } from "vitest";
import type { NewEntry } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectFolded } from "../folded.ts";
import { newUsers, upTo } from "../make.ts";
import type { OpenedStore, OpenStore } from "../opened-store.ts";
import { outcomeOf, Room } from "../room.ts";

/** Changes of the same messages by several instances at once. */
export function changeInstancesContract(open: OpenStore): void {
  async function openThree(opened: OpenedStore): Promise<ChatStore[]> {
    return [opened.store, await opened.openAgain(), await opened.openAgain()];
  }

  /** Appends entries at once, in turn through each instance. */
  function spread(stores: readonly ChatStore[], entries: readonly NewEntry[]) {
    return Promise.all(
      entries.map((entry, index) => {
        const store = stores[index % stores.length];
        if (!store) throw new Error("there is an instance");
        return outcomeOf(store, entry);
      }),
    );
  }

  it("count each of 50 users once who put and take the same reaction through three", async () => {
    await using opened = await open();
    const stores = await openThree(opened);
    const room = new Room(() => opened.store);
    await room.say();
    const users = newUsers(50);
    for (const n of upTo(3)) {
      const toggles = users.flatMap((user_id) =>
        // Each of them twice, through two instances.
        [true, true, false].map((added) => room.newReaction(1, "+1", { user_id, added })),
      );
      const outcomes = await spread(n % 2 === 0 ? stores.toReversed() : stores, toggles);
      expect(outcomes.filter((outcome) => !["created", "repeated"].includes(outcome))).toEqual([]);
      for (const store of stores) await expectFolded(store, room.stream);
    }
  });

  it("store a change once that is sent to all of them at once", async () => {
    await using opened = await open();
    const stores = await openThree(opened);
    const room = new Room(() => opened.store);
    await room.say();
    const changes = [
      ...upTo(10).map((n) => room.newEdit(1, { content: `${n}` })),
      ...upTo(10).map((n) => room.newReaction(1, `${n}`)),
      ...upTo(10).map(() => room.newMessage({ thread_seq: 1 })),
    ];
    const outcomes = await Promise.all(
      changes.flatMap((change) => stores.map((store) => outcomeOf(store, change))),
    );
    expect(outcomes.filter((outcome) => outcome === "repeated")).toHaveLength(60);
    expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(30);
    expect(await room.entries()).toHaveLength(31);
    for (const store of stores) await expectFolded(store, room.stream);
  });

  it("let no text follow a deletion by another", async () => {
    await using opened = await open();
    const stores = await openThree(opened);
    const room = new Room(() => opened.store);
    const targets = upTo(10);
    await Promise.all(targets.map((n) => room.say({ content: `secret ${n}` })));
    const requests = targets.flatMap((n) => [
      ...[room.newEdit(n, { content: "secret" }), room.newReaction(n, "+1")],
      ...[room.newDeletion(n), room.newEdit(n, { content: "secret too" })],
      ...[room.newMessage({ thread_seq: n, content: "reply" }), room.newDeletion(n)],
    ]);
    await spread(stores, requests);
    for (const store of stores) {
      const entries = await new Room(() => store, { conversation_id: room.id }).entries();
      expect(JSON.stringify(entries)).not.toContain("secret");
      expect(entries.filter(({ kind }) => kind === "deletion")).toHaveLength(10);
      await expectFolded(store, room.stream);
    }
  });

  it("let one of many edits win that saw the same version", async () => {
    await using opened = await open();
    const stores = await openThree(opened);
    const room = new Room(() => opened.store);
    await room.say();
    for (const round of upTo(5)) {
      const edits = upTo(9).map((n) =>
        room.newEdit(1, { content: `${round}.${n}`, unchanged_since: round }),
      );
      const outcomes = await spread(stores, edits);
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "changed")).toHaveLength(8);
      expect(await room.entries()).toHaveLength(round + 1);
    }
  });

  it("show at once what another has changed", async () => {
    await using opened = await open();
    const stores = await openThree(opened);
    const rooms = stores.map((store) => new Room(() => store, { conversation_id: "room" }));
    const [a, b, c] = rooms;
    if (!a || !b || !c) throw new Error("there are three");
    await a.say();
    for (const n of upTo(10)) {
      const edit = await a.edit(1, { content: `${n}` });
      expect(await b.message(1)).toMatchObject({ content: `${n}`, changed_seq: edit.seq });
      const reaction = await b.react(1, `${n}`);
      expect(await c.message(1)).toMatchObject({ reactions: reaction.reactions });
      await c.say({ thread_seq: 1 });
      expect((await a.messages({ limit: 1 }))[0]).toMatchObject({ thread: { count: n } });
    }
    await c.remove(1);
    for (const room of rooms) expect(await room.message(1)).toMatchObject({ content: "" });
    for (const store of stores) await expectFolded(store, a.stream);
  });
}
